import { once } from 'node:events'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import express from 'express'
import { expect, test } from 'vitest'
import { createNodeHandler, createRoomkey, parseConfig } from '../../src/index.ts'
import type { AppRouter, Log } from '../../src/index.ts'

async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function close(server: Server): Promise<void> {
  server.close()
  server.closeAllConnections()
}

test('Roomkey in an Express app, at a path of it', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const app = express()
  app.use('/video', createNodeHandler(roomkey))
  app.use(express.json())
  app.post('/hello', ({ body }, response) => void response.json({ got: body as unknown }))
  const server = createServer(app)
  const url = await listen(server)

  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/video/trpc` })] })
  const room = await client.rooms.create.mutate({ roomName: 'Monday' })
  expect(await client.rooms.get.query({ sid: 'Monday' })).toEqual(room)
  await expect(client.rooms.get.query({ sid: 'nowhere' })).rejects.toMatchObject({
    data: { httpStatus: 404, roomkey: { code: 'ROOM_NOT_FOUND', requestId: expect.stringMatching(/.{8}/) } },
  })
  const hello = await fetch(`${url}/hello`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"a":1}',
  })
  expect(await hello.json()).toEqual({ got: { a: 1 } })
  await close(server)
  await roomkey.close()
})

test('a body that another parser has read is an error in words, not a wait', async () => {
  const lines: string[] = []
  const write = (...line: unknown[]) => void lines.push(line.join(' '))
  const log: Log = { debug() {}, info() {}, warn: write, error: write }
  const roomkey = createRoomkey(parseConfig({}), { log })
  const app = express().use(express.json(), createNodeHandler(roomkey, { prefix: '/video' }))
  const server = createServer(app)
  const url = await listen(server)
  const response = await fetch(`${url}/video/trpc/rooms.create`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(response.status).toBe(500)
  expect(lines.join()).toContain('before express.json()')
  await close(server)
  await roomkey.close()
})

test('a server of Node’s own answers below the prefix, and carries signalling beside its other WebSockets', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const server = createServer(createNodeHandler(roomkey, { prefix: '/video' }))
  server.on('upgrade', (request, socket) => {
    if (request.url === '/theirs')
      socket.end('HTTP/1.1 101 Theirs\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
  })
  roomkey.serveSignaling(server)
  const url = await listen(server)
  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/video/trpc` })] })
  const { connectOptions } = await client.auth.getToken.mutate({ userId: 'Bo', roomSid: 'Monday' })
  expect(connectOptions.wsServer).toBe(`${url.replace('http', 'ws')}/emulator/signaling`)
  const socket = new WebSocket(connectOptions.wsServer ?? '')
  await once(socket, 'open')
  socket.close()
  const theirs = httpRequest(`${url}/theirs`, { headers: { connection: 'upgrade', upgrade: 'websocket' } }).end()
  const [response] = (await once(theirs, 'upgrade')) as [{ statusMessage: string }]
  expect(response.statusMessage).toBe('Theirs')
  await close(server)
  await roomkey.close()
})
