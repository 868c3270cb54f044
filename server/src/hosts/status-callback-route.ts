import type { FastifyInstance } from 'fastify'
import { parseForm } from '../events/form.ts'
import { parseReport } from '../events/report.ts'
import { STATUS_CALLBACK_PATH, isSigned } from '../events/status-callback.ts'
import type { Roomkey } from '../roomkey.ts'

/** A report takes about a kilobyte. */
const BODY_LIMIT = 64 * 1024

/**
 * Listens to Twilio's status callbacks; where the server could not tell who sends them, nothing is at the address. A
 * report is answered once it is stored: until then, Twilio has to try again. What is not signed is refused unread.
 */
export async function addStatusCallbackRoute(app: FastifyInstance, roomkey: Roomkey): Promise<void> {
  await app.register(async (scope) => {
    // As it came: Twilio signs the form's own names and values, and sends nothing else.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      { parseAs: 'string', bodyLimit: BODY_LIMIT },
      (_request, body, done) => done(null, body),
    )
    scope.post<{ Body: string }>(STATUS_CALLBACK_PATH, { bodyLimit: BODY_LIMIT }, async (request, reply) => {
      const trusted = roomkey.statusCallback()
      if (trusted === undefined) return reply.callNotFound()
      const signature = request.headers['x-twilio-signature']
      const search = /\?.*$/.exec(request.url)?.[0] ?? ''
      const parameters = parseForm(request.body ?? '')
      if (!(await isSigned({ signature, search, parameters }, trusted))) return reply.code(403).send()
      const event = parseReport(parameters, Date.now())
      if (event === undefined) return reply.code(400).send()
      await roomkey.services.events.intake.take(event)
      // Sent by Fastify once this is over: returned, the reply would be waited for until the last byte is out.
      reply.code(204)
      return undefined
    })
  })
}
