import type { FastifyInstance } from 'fastify'

/** Bodies are a few names and at most twenty rules. */
const BODY_LIMIT = 256 * 1024

/** Reads forms, and lets every other body pass unread: Twilio takes no other, and does not mind one. */
export function acceptForms(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  const options = { parseAs: 'string', bodyLimit: BODY_LIMIT } as const
  app.addContentTypeParser<string>('application/x-www-form-urlencoded', options, (_request, body, done) => {
    done(null, new URLSearchParams(body))
  })
  app.addContentTypeParser('*', { ...options, parseAs: 'buffer' }, (_request, _body, done) => done(null, undefined))
}
