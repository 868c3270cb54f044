import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { serve } from './serve.ts'
import type { TokenInput } from './sign-token.ts'
import { INPUT, JSON_HEADERS, TTL_SECONDS } from './work.ts'

/**
 * The floor: the same token from a plain Fastify route with JSON schemas and HS256 from `node:crypto`. It has the duties
 * that a server for browsers has, and Roomkey with it: CORS for listed origins, request ids that differ between
 * processes, headers that keep responses from caches and from being taken for a page.
 */
export const raw: Contender = {
  name: 'raw',
  title: 'raw Fastify (the floor)',
  url: import.meta.url,
  mint: { method: 'POST', path: '/token', headers: JSON_HEADERS, body: JSON.stringify(INPUT) },
}

const ORIGINS = ['http://localhost:3000', 'http://localhost:5173']

const INPUT_SCHEMA = {
  type: 'object',
  additionalProperties: false,
  required: ['userId', 'roomSid'],
  properties: {
    userId: { type: 'string', minLength: 1, maxLength: 128 },
    roomSid: { type: 'string', minLength: 1, maxLength: 128 },
    ttlSeconds: { type: 'integer', minimum: 1, maximum: 86_400, default: TTL_SECONDS },
  },
}

const TEXT = { type: 'string' }
const OUTPUT_SCHEMA = {
  type: 'object',
  properties: { userId: TEXT, roomSid: TEXT, token: TEXT, expiresAt: TEXT, connectOptions: { type: 'object' } },
}

if (import.meta.main) {
  await serve(async (port) => {
    const { randomBytes } = await import('node:crypto')
    const { default: cors } = await import('@fastify/cors')
    const { default: Fastify } = await import('fastify')
    const { signToken } = await import('./sign-token.ts')

    const prefix = randomBytes(6).toString('hex')
    let count = 0
    const app = Fastify({ genReqId: () => `${prefix}-${(++count).toString(36)}` })
    await app.register(cors, { origin: ORIGINS, methods: ['GET', 'POST'], maxAge: 600 })
    app.addHook('onRequest', (_request, reply, done) => {
      reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
      done()
    })
    app.post('/token', { schema: { body: INPUT_SCHEMA, response: { 200: OUTPUT_SCHEMA } } }, (request, reply) => {
      reply.send(signToken(request.body as TokenInput))
    })
    app.post(
      '/tokens',
      {
        schema: {
          body: { type: 'array', maxItems: 50, items: INPUT_SCHEMA },
          response: { 200: { type: 'array', items: OUTPUT_SCHEMA } },
        },
      },
      (request, reply) => {
        reply.send((request.body as TokenInput[]).map(signToken))
      },
    )
    await app.listen({ port, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
