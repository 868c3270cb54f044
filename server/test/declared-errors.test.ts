import { TRPCError } from '@trpc/server'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { VideoError, formatError } from '../src/index.ts'
import { takeUndeclared } from './declared-errors.ts'

test.each(['inject', 'socket'])('over REST too, over %s', async (way) => {
  const app = Fastify()
  app.get('/v1/rooms/:sid', (_request, reply) =>
    reply.code(409).send({ type: 'about:blank', code: 'ROOM_NAME_TAKEN', requestId: 'x' }),
  )
  app.get('/v1/rooms', (_request, reply) => reply.code(403).send({ code: 'FORBIDDEN', requestId: 'x' }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  for (const path of ['/v1/rooms', '/v1/rooms/x']) await (way === 'inject' ? app.inject(path) : fetch(url + path))
  expect(takeUndeclared()).toEqual(['rooms.get: ROOM_NAME_TAKEN'])
  await app.close()
})

test.each(['inject', 'socket'])('a code that is not listed for a procedure is noticed, over %s', async (way) => {
  const app = Fastify()
  app.get('/trpc/rooms.get', (_request, reply) => reply.code(409).send({ error: toShape('ROOM_NAME_TAKEN') }))
  app.get('/trpc/rooms.list', (_request, reply) => reply.code(403).send([{ error: toShape('FORBIDDEN') }]))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  for (const path of ['/trpc/rooms.list', '/trpc/rooms.get']) {
    await (way === 'inject' ? app.inject(path) : fetch(url + path))
  }
  expect(takeUndeclared()).toEqual(['rooms.get: ROOM_NAME_TAKEN'])
  await app.close()
})

function toShape(code: 'ROOM_NAME_TAKEN' | 'FORBIDDEN') {
  const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new VideoError(code, '') })
  const shape = { message: '', code: -32603, data: { code: error.code, httpStatus: 500 } } as const
  return formatError({ error, path: 'rooms.get', shape })
}
