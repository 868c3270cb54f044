import formbody from '@fastify/formbody'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { evictIfBanned } from '../access/evict.ts'
import type { Roomkey } from '../roomkey.ts'
import { STATUS_CALLBACK_PATH } from './status-callback-path.ts'

/** A report takes about a kilobyte. */
const BODY_LIMIT = 64 * 1024

const ReportSchema = z.record(z.string(), z.string())

/**
 * Listens to Twilio's status callbacks. Each is believed only when it is signed with the account's auth token;
 * where the server has none there is nothing at this address. An identity that is banned and came in with a
 * token from before is removed.
 * Source: Twilio "Webhooks Security".
 */
export async function addStatusCallback(app: FastifyInstance, roomkey: Roomkey): Promise<void> {
  await app.register(formbody, { bodyLimit: BODY_LIMIT })
  app.post(STATUS_CALLBACK_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const trusted = roomkey.statusCallback()
    if (trusted === undefined) return reply.callNotFound()
    const report = ReportSchema.safeParse(request.body)
    if (!report.success || !(await isSigned(request, report.data, trusted))) return reply.code(403).send()
    const { StatusCallbackEvent, RoomSid, ParticipantSid, ParticipantIdentity } = report.data
    if (StatusCallbackEvent === 'participant-connected' && RoomSid && ParticipantSid && ParticipantIdentity) {
      const participant = { roomSid: RoomSid, sid: ParticipantSid, identity: ParticipantIdentity }
      await evictIfBanned(roomkey.services, participant, { requestId: request.id, log: request.log })
    }
    return reply.code(204).send()
  })
}

async function isSigned(
  request: FastifyRequest,
  report: Record<string, string>,
  { url, authToken }: { url: string; authToken: string },
): Promise<boolean> {
  const signature = request.headers['x-twilio-signature']
  if (typeof signature !== 'string') return false
  // Twilio signs the address it was told, not the one that a proxy's Host header makes of it.
  const query = request.url.indexOf('?')
  const signedUrl = query === -1 ? url : url + request.url.slice(query)
  const { validateRequest } = await import('twilio/lib/webhooks/webhooks.js')
  return validateRequest(authToken, signature, signedUrl, report)
}
