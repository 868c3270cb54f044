import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { parseReport } from '../events/report.ts'
import { STATUS_CALLBACK_PATH, isSigned } from '../events/status-callback.ts'
import type { Roomkey } from '../roomkey.ts'

/** A report takes about a kilobyte. */
const BODY_LIMIT = 64 * 1024

/**
 * Listens to Twilio's status callbacks; where the server could not tell who sends them, nothing is at the address. A
 * report is answered once it is stored: until then, Twilio has to try again.
 */
export async function addStatusCallbackRoute(app: FastifyInstance, roomkey: Roomkey): Promise<void> {
  await app.register(formbody, { bodyLimit: BODY_LIMIT })
  app.post(STATUS_CALLBACK_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const trusted = roomkey.statusCallback()
    if (trusted === undefined) return reply.callNotFound()
    const signature = request.headers['x-twilio-signature']
    const search = /\?.*$/.exec(request.url)?.[0] ?? ''
    const parameters = (request.body ?? {}) as Record<string, string | string[]>
    if (!(await isSigned({ signature, search, parameters }, trusted))) return reply.code(403).send()
    const event = parseReport(parameters, Date.now())
    if (event === undefined) return reply.code(400).send()
    await roomkey.services.events.intake.take(event)
    return reply.code(204).send()
  })
}
