import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { createExpressMiddleware } from '@trpc/server/adapters/express'
import express from 'express'
import { expect, test } from 'vitest'
import { createRoomkey, fromNode, parseConfig } from '../../src/index.ts'
import type { AppRouter, Log } from '../../src/index.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

test('Roomkey in an Express app', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const app = express()
  app.use(
    '/trpc',
    createExpressMiddleware({
      router: roomkey.router,
      createContext: ({ req }) => roomkey.createContext(fromNode(req, { requestId: randomUUID(), log })),
      maxBodySize: 1024 * 1024,
      maxBatchSize: 50,
    }),
  )
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const client = createTRPCClient<AppRouter>({ links: [httpBatchLink({ url: `${url}/trpc` })] })
  const room = await client.rooms.create.mutate({ roomName: 'Monday' })
  expect(await client.rooms.get.query({ sid: 'Monday' })).toEqual(room)
  await expect(client.rooms.get.query({ sid: 'nowhere' })).rejects.toMatchObject({
    data: { httpStatus: 404, roomkey: { code: 'ROOM_NOT_FOUND', requestId: expect.stringMatching(/.{36}/) } },
  })
  await expect(client.rooms.get.query({ sid: '' })).rejects.toMatchObject({
    data: { httpStatus: 400, roomkey: { code: 'INVALID_INPUT', fields: [{ path: 'sid' }] } },
  })

  server.close()
  server.closeAllConnections()
  await roomkey.close()
})
