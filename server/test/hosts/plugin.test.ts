import { createTRPCClient, httpBatchLink } from '@trpc/client'
import cors from '@fastify/cors'
import Fastify from 'fastify'
import { expect, test } from 'vitest'
import { createRoomkey, parseConfig, roomkeyPlugin } from '../../src/index.ts'
import type { AppRouter } from '../../src/index.ts'

test('Roomkey as a plugin in a Fastify server of your own', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const app = Fastify()
  await app.register(cors, { origin: 'https://theirs.example.com' })
  app.get('/hello', () => 'still yours')
  app.post('/upload', (request) => ({ got: request.body }))
  await app.register(roomkeyPlugin, { prefix: '/video', roomkey })
  app.addHook('onClose', () => roomkey.close())
  const url = await app.listen({ port: 0, host: '127.0.0.1' })

  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/video/trpc` })] })
  const room = await client.rooms.create.mutate({ roomName: 'Monday' })
  const { token, connectOptions } = await client.auth.getToken.mutate({ userId: 'Beyoncé', roomSid: room.sid })
  expect(token.split('.')).toHaveLength(3)
  expect(connectOptions.wsServer).toBe(`${url.replace('http', 'ws')}/emulator/signaling`)
  await expect(client.rooms.create.mutate({ roomName: 'Monday' })).rejects.toMatchObject({
    data: { httpStatus: 409, roomkey: { code: 'ROOM_NAME_TAKEN' } },
  })
  expect(await (await fetch(`${url}/video/v1/rooms/Monday`)).json()).toEqual(room)
  expect(await (await fetch(`${url}/video/readyz`)).json()).toEqual({ status: 'ok' })
  expect(await (await fetch(`${url}/video/nowhere`)).json()).toMatchObject({
    error: { data: { roomkey: { code: 'PROCEDURE_NOT_FOUND' } } },
  })

  expect(await (await fetch(`${url}/hello`)).text()).toBe('still yours')
  // Parsers and error shape of the server around it are untouched.
  const json = { method: 'POST', headers: { 'content-type': 'application/json' } }
  expect(await (await fetch(`${url}/upload`, { ...json, body: '{"a":1}' })).json()).toEqual({ got: { a: 1 } })
  const broken = await fetch(`${url}/upload`, { ...json, body: '{' })
  expect(await broken.json()).toMatchObject({ statusCode: 400 })
  expect(await (await fetch(`${url}/nowhere`)).json()).toMatchObject({ statusCode: 404, error: 'Not Found' })
  await app.close()
})

test('a plugin’s calls in process are answered too', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const app = Fastify()
  await app.register(roomkeyPlugin, { prefix: '/video', roomkey })
  const answer = await app.inject({ method: 'POST', url: '/video/trpc/rooms.create', payload: { roomName: 'Monday' } })
  expect(answer.json()).toMatchObject({ result: { data: { name: 'Monday' } } })
  await app.close()
  await roomkey.close()
})
