import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { serve } from './serve.ts'
import { CREDENTIALS, INPUT, JSON_HEADERS, TTL_SECONDS } from './work.ts'

/** The floor: the same token from a plain Fastify route with JSON schemas and HS256 from `node:crypto`. */
export const raw: Contender = {
  name: 'raw',
  title: 'raw Fastify (the floor)',
  url: import.meta.url,
  mint: { method: 'POST', path: '/token', headers: JSON_HEADERS, body: JSON.stringify(INPUT) },
}

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

type Input = { userId: string; roomSid: string; ttlSeconds: number }

if (import.meta.main) {
  await serve(async (port) => {
    const { default: Fastify } = await import('fastify')
    const { createHmac, createSecretKey, randomUUID } = await import('node:crypto')
    const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
    const key = createSecretKey(Buffer.from(apiKeySecret))
    const header = Buffer.from('{"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"}').toString('base64url')

    const app = Fastify()
    app.post('/token', { schema: { body: INPUT_SCHEMA, response: { 200: OUTPUT_SCHEMA } } }, (request, reply) => {
      reply.send(mint(request.body as Input))
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
        reply.send((request.body as Input[]).map(mint))
      },
    )
    await app.listen({ port, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port }

    function mint({ userId, roomSid, ttlSeconds }: Input): Record<string, unknown> {
      const iat = Math.floor(Date.now() / 1000)
      const claims = {
        jti: `${apiKeySid}-${randomUUID()}`,
        grants: { identity: userId, video: { room: roomSid } },
        iat,
        exp: iat + ttlSeconds,
        iss: apiKeySid,
        sub: accountSid,
      }
      const text = `${header}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
      const token = `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
      return { userId, roomSid, token, expiresAt: new Date(claims.exp * 1000).toISOString(), connectOptions: {} }
    }
  })
}
