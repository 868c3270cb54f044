import formbody from '@fastify/formbody'
import type { FastifyInstance } from 'fastify'
import { removeIfBanned } from '../events/remove-banned.ts'
import { STATUS_CALLBACK_PATH, readReport } from '../events/status-callback.ts'
import type { Roomkey } from '../roomkey.ts'

/** A report takes about a kilobyte. */
const BODY_LIMIT = 64 * 1024

/** Listens to Twilio's status callbacks; where the server could not tell who sends them, nothing is at the address. */
export async function addStatusCallbackRoute(app: FastifyInstance, roomkey: Roomkey): Promise<void> {
  await app.register(formbody, { bodyLimit: BODY_LIMIT })
  app.post(STATUS_CALLBACK_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const trusted = roomkey.statusCallback()
    if (trusted === undefined) return reply.callNotFound()
    const signature = request.headers['x-twilio-signature']
    const search = /\?.*$/.exec(request.url)?.[0] ?? ''
    const report = await readReport({ signature, search, body: request.body }, trusted)
    if (report === undefined) return reply.code(403).send()
    await removeIfBanned(roomkey.services, report, { requestId: request.id, log: request.log })
    return reply.code(204).send()
  })
}
