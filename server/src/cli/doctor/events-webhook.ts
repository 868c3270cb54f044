import type { Config } from '../../config/config.ts'
import { createWebhook } from '../../events/webhook.ts'
import { codeOf, failed, ok, warning, type Finding } from './finding.ts'

/** What no receiver has anything to do about. */
const PING = { type: 'ping', data: {} }

/** A secret in the right form that signs nothing valid. */
const NO_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`

/** Whether the team's backend takes a message that is signed, and refuses one that is not signed by the secret. */
export async function checkEventsWebhook({ events }: Config, signal: AbortSignal): Promise<Finding> {
  const { webhook } = events
  if (webhook === undefined) return ok('events are not forwarded: EVENTS_WEBHOOK_URL is not set')
  const send = async (secrets: string[]): Promise<string | undefined> => {
    const sender = createWebhook({ ...webhook, secrets })
    const now = new Date().toISOString()
    try {
      await sender.send({ id: `ping_${now}`, timestamp: now, ...PING }, signal)
      return undefined
    } catch (error) {
      return error instanceof Error && error.message !== '' ? error.message : codeOf(error)
    } finally {
      sender.close()
    }
  }
  const refusal = await send(webhook.secrets)
  if (refusal !== undefined) {
    return failed(
      `EVENTS_WEBHOOK_URL did not take a signed message of type "ping": ${refusal}. Answer 2xx to what EVENTS_WEBHOOK_SECRET ` +
        'verifies, also when there is nothing to do about it',
    )
  }
  if ((await send([NO_SECRET])) === undefined) {
    return warning('what answers at EVENTS_WEBHOOK_URL takes messages with a wrong signature too: verify them')
  }
  return ok('EVENTS_WEBHOOK_URL took a signed message, and refused a forged one')
}
