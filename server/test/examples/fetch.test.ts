import { randomUUID } from 'node:crypto'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { fetchRequestHandler } from '@trpc/server/adapters/fetch'
import { expect, test } from 'vitest'
import { createRoomkey, fromFetch, parseConfig } from '../../src/index.ts'
import type { AppRouter, Log } from '../../src/index.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

test('Roomkey as a function from a request to a response', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const handle = (request: Request): Promise<Response> =>
    fetchRequestHandler({
      endpoint: '/api/trpc',
      req: request,
      router: roomkey.router,
      createContext: ({ req }) => roomkey.createContext(fromFetch(req, { requestId: randomUUID(), log })),
      maxBatchSize: 50,
    })

  const client = createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: 'https://rooms.example.com/api/trpc',
        fetch: (url, options) => handle(new Request(url, options as RequestInit)),
      }),
    ],
  })
  const room = await client.rooms.create.mutate({ roomName: 'Monday' })
  const { connectOptions } = await client.auth.getToken.mutate({ userId: 'Bo', roomSid: room.sid })
  expect(connectOptions.wsServer).toBe('wss://rooms.example.com/emulator/signaling')
  await expect(client.rooms.get.query({ sid: 'nowhere' })).rejects.toMatchObject({
    data: { httpStatus: 404, roomkey: { code: 'ROOM_NOT_FOUND' } },
  })
  await roomkey.close()
})
