import { createTRPCClient, httpBatchLink } from '@trpc/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createRoomkeyClient, roomkeyFrom, type RoomkeyClient } from '../src/index.ts'
import { serveTeam, type TeamRouter, type TeamServer } from './team-server.ts'

let server: TeamServer
beforeAll(async () => {
  server = await serveTeam()
})
afterAll(() => server[Symbol.asyncDispose]())

const createTeamClient = () =>
  createTRPCClient<TeamRouter>({ links: [httpBatchLink({ url: `${server.teamUrl}/trpc` })] })

const WAYS: [string, () => RoomkeyClient][] = [
  ['by its path', () => createRoomkeyClient({ url: server.teamUrl, path: 'video' })],
  ['by a path of several keys', () => createRoomkeyClient({ url: `${server.teamUrl}/trpc/`, path: 'deep.video' })],
  ['from the team’s own tRPC client', () => roomkeyFrom(createTeamClient().video)],
  ['from a part of it further down', () => roomkeyFrom(createTeamClient().deep.video)],
]

describe.each(WAYS)('a router merged into a team’s is reached %s', (way, create) => {
  test('by queries and mutations, in one request where they are made together', async () => {
    const { rooms, participants, trpc } = create()
    const room = await rooms.create({ roomName: way })
    server.requested.length = 0
    const both = await Promise.all([rooms.get({ sid: way }), participants.list({ roomSid: room.sid })])
    expect(both).toEqual([room, { participants: [], nextCursor: null }])
    expect(server.requested).toEqual([expect.stringMatching(/^\/team\/trpc\/(deep\.)?video\.rooms\.get,/)])
    expect(await trpc.rooms.get.query({ sid: room.sid })).toEqual(room)
    expect(await rooms.complete({ sid: room.sid })).toMatchObject({ status: 'completed' })
  })

  test('and its errors are Roomkey’s', async () => {
    const client = create()
    await expect(client.rooms.get({ sid: 'nowhere' })).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND', status: 404 })
    await expect(client.rooms.get({ sid: '' })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      fields: [{ path: 'sid' }],
    })
  })

  test('until the caller gives up, or the time is over', async () => {
    const client = create()
    const signal = AbortSignal.abort()
    await expect(client.rooms.list({}, { signal })).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(client.rooms.list({}, { timeoutMs: 1e-9 })).rejects.toMatchObject({ code: 'TIMEOUT' })
  })
})

test('what a team’s client sends with its requests goes with Roomkey’s, too', async () => {
  const sent: unknown[] = []
  const trpc = createTRPCClient<TeamRouter>({
    links: [
      httpBatchLink({
        url: `${server.teamUrl}/trpc`,
        headers: { 'x-tenant': 'acme' },
        fetch: async (url, init) => {
          sent.push(new Headers(init?.headers).get('x-tenant'))
          return fetch(url, init)
        },
      }),
    ],
  })
  const roomkey = roomkeyFrom(trpc.video)
  expect(await roomkey.auth.whoami()).toMatchObject({ kind: 'open' })
  expect(await trpc.tenant.query()).toBe('acme')
  expect(sent).toEqual(['acme', 'acme'])
})

test('all of a tRPC client is taken where Roomkey’s router is all there is', async () => {
  const roomkey = roomkeyFrom(createRoomkeyClient({ url: server.url }).trpc)
  expect(await roomkey.auth.whoami()).toMatchObject({ kind: 'open' })
})

test('where nothing is merged, the client says that there is no such procedure', async () => {
  const astray = createRoomkeyClient({ url: server.teamUrl, path: 'movies' })
  await expect(astray.rooms.list()).rejects.toMatchObject({
    status: 404,
    message: expect.stringContaining('movies.rooms.list') as string,
  })
})
