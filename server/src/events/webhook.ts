import http from 'node:http'
import https from 'node:https'
import type { WebhookConfig } from '../config/webhook.ts'
import { lookupPublic, requirePublicAddress } from './public-address.ts'

/** One message of Standard Webhooks. `id` is the same however often it is sent. */
export type WebhookMessage = { id: string; type: string; timestamp: string; data: object }

/** Sends messages to the team's backend. */
export type Webhook = {
  /**
   * One attempt; resolves when the backend has answered with 2xx.
   * @throws WebhookError, in words without what was sent or the URL's own secrets; the reason of `signal`
   */
  send(message: WebhookMessage, signal: AbortSignal | undefined): Promise<void>
  close(): void
}

/** Why a message was not taken. */
class WebhookError extends Error {
  override readonly name = 'WebhookError'
}

const TIMEOUT_MS = 15_000

/**
 * A webhook signed by Standard Webhooks. It follows no redirect and connects to public addresses only, but for hosts that
 * are private by name.
 * Source: https://www.standardwebhooks.com
 */
export function createWebhook({ url, secrets, privateHosts }: Omit<WebhookConfig, 'retryHours'>): Webhook {
  const target = new URL(url)
  const isPrivate = privateHosts.includes(target.hostname)
  const { Agent, request: open } = target.protocol === 'https:' ? https : http
  const agent = new Agent({ keepAlive: true, ...(isPrivate ? {} : { lookup: lookupPublic }) })

  async function format({ id, ...payload }: WebhookMessage) {
    const { Webhook: Signer } = await import('standardwebhooks')
    const body = JSON.stringify(payload)
    const now = new Date()
    const headers = {
      'content-type': 'application/json',
      'content-length': String(Buffer.byteLength(body)),
      'user-agent': 'roomkey',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': secrets.map((secret) => new Signer(secret).sign(id, now, body)).join(' '),
    }
    return { body, headers }
  }

  function post(body: string, headers: Record<string, string>, signal: AbortSignal | undefined): Promise<number> {
    return new Promise((resolve, reject) => {
      const request = open(target, { method: 'POST', agent, headers, ...(signal && { signal }) })
      let timer: NodeJS.Timeout | undefined
      // Those that wait for a connection of their own have not been sent yet.
      request.on('socket', () => {
        timer = setTimeout(
          () => request.destroy(new WebhookError(`no response within ${TIMEOUT_MS / 1000} s`)),
          TIMEOUT_MS,
        )
      })
      request.on('response', (response) => {
        // What it says besides is of no interest; read to its end, the connection can be used again.
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      request.on('error', reject)
      request.on('close', () => clearTimeout(timer))
      request.end(body)
    })
  }

  return {
    async send(message, signal) {
      if (!isPrivate) requirePublicAddress(target.hostname)
      const { body, headers } = await format(message)
      const status = await post(body, headers, signal).catch((cause: unknown) => {
        signal?.throwIfAborted()
        throw toWebhookError(cause)
      })
      if (status >= 300 && status < 400) throw new WebhookError(`it answered with a redirect (${status})`)
      if (status < 200 || status >= 300) throw new WebhookError(`it answered with ${status}`)
    },
    close: () => agent.destroy(),
  }
}

function toWebhookError(cause: unknown): Error {
  if (!(cause instanceof Error) || !('code' in cause))
    return cause instanceof Error ? cause : new WebhookError('it failed')
  return new WebhookError(`no connection (${String(cause.code)})`, { cause })
}
