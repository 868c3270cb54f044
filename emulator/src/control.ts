import type { FastifyInstance } from 'fastify'
import { isIP } from 'node:net'
import { z } from 'zod'
import { TwilioError } from './errors.ts'
import type { EmulatorCore } from './core.ts'

const AdvanceSchema = z.strictObject({
  seconds: z
    .number()
    .min(0)
    .max(10 * 86_400),
})

/**
 * What Twilio does not have: the strings behind the scenes, for test suites in other languages. JSON in and out, only
 * from this machine, and not from a web page: a page cannot send JSON without asking first, and is never allowed to.
 */
export function controlRoutes(app: FastifyInstance, core: EmulatorCore): void {
  app.addHook('onRequest', async (request) => {
    if (!isLoopback(request.socket.remoteAddress)) throw new TwilioError(20404)
    const type = request.headers['content-type'] ?? ''
    if (request.method === 'POST' && !type.startsWith('application/json')) throw new TwilioError(20415)
  })

  app.get('/', () => ({
    accountSid: core.credentials.accountSid,
    now: new Date(core.clock.now()).toISOString(),
    rooms: core.state.roomsByName.size,
  }))

  app.post('/reset', (_request, reply) => {
    core.reset()
    return reply.code(204).send()
  })

  app.post('/drop-connections', (_request, reply) => {
    core.dropConnections()
    return reply.code(204).send()
  })

  app.post('/advance-clock', (request) => {
    core.clock.advance(parse(AdvanceSchema, request.body).seconds * 1000)
    return { now: new Date(core.clock.now()).toISOString() }
  })
}

function parse<TValue>(schema: z.ZodType<TValue>, body: unknown): TValue {
  const result = schema.safeParse(body)
  if (!result.success) throw new TwilioError(20001, z.prettifyError(result.error))
  return result.data
}

function isLoopback(address = ''): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || (isIP(plain) === 4 && plain.startsWith('127.'))
}
