import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { TRPCError, initTRPC } from '@trpc/server'
import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { expect, test } from 'vitest'
import { appRouter, createRoomkey, fromNode, parseConfig } from '../../src/index.ts'
import type { Context, Log } from '../../src/index.ts'

const log: Log = { debug() {}, info() {}, warn() {}, error() {} }

// A team's own tRPC server: its context adds to Roomkey's, its router has Roomkey's beside its own procedures.
const t = initTRPC.context<Context & { tenant: string }>().create()

const teamRouter = t.router({
  video: appRouter,
  tenant: t.procedure.query(({ ctx }) => ctx.tenant),
  fails: t.procedure.query((): string => {
    throw new TRPCError({ code: 'CONFLICT', message: 'theirs' })
  }),
})

test('Roomkey’s router beside a team’s own procedures', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const server = createHTTPServer({
    router: teamRouter,
    createContext: async ({ req }) => ({
      ...(await roomkey.createContext(fromNode(req, { requestId: randomUUID(), log }))),
      tenant: 'acme',
    }),
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = createTRPCClient<typeof teamRouter>({ links: [httpBatchLink({ url })] })

  expect(await client.tenant.query()).toBe('acme')
  const room = await client.video.rooms.create.mutate({ roomName: 'Monday' })
  expect(room.name).toBe('Monday')
  // Roomkey's errors keep their shape and status; the team's keep theirs.
  await expect(client.video.rooms.create.mutate({ roomName: 'Monday' })).rejects.toMatchObject({
    message: expect.stringContaining('Monday'),
    data: { code: 'CONFLICT', httpStatus: 409, roomkey: { code: 'ROOM_NAME_TAKEN', twilioCode: 53113 } },
  })
  await expect(client.video.rooms.get.query({ sid: '' })).rejects.toMatchObject({
    data: { httpStatus: 400, roomkey: { code: 'INVALID_INPUT', fields: [{ path: 'sid' }] } },
  })
  const theirs: unknown = await client.fails.query().catch((error: unknown) => error)
  expect(theirs).toMatchObject({ message: 'theirs' })
  expect(theirs).not.toMatchObject({ data: { roomkey: expect.anything() } })

  server.close()
  server.closeAllConnections()
  await roomkey.close()
})

test('a team’s server code calls Roomkey’s procedures without HTTP', async () => {
  const roomkey = createRoomkey(parseConfig({}))
  const createCaller = t.createCallerFactory(teamRouter)
  const source = { headers: {}, protocol: 'http', host: 'localhost', ip: '127.0.0.1', requestId: 'r1', log } as const
  const caller = createCaller({ ...(await roomkey.createContext(source)), tenant: 'acme' })
  const room = await caller.video.rooms.create({ roomName: 'Monday' })
  expect(await caller.video.rooms.get({ sid: room.sid })).toEqual(room)
  const error: unknown = await caller.video.rooms.get({ sid: 'nowhere' }).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'NOT_FOUND', cause: { code: 'ROOM_NOT_FOUND', twilioCode: 20404 } })
  await roomkey.close()
})
