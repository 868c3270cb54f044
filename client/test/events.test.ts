import type { RoomEventsInput } from '@roomkey/shared'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient, type RoomkeyClient } from '../src/index.ts'
import { serveTeam, type TeamServer } from './team-server.ts'

let server: TeamServer
let roomkey: RoomkeyClient
/** Connections of `events.follow` so far, with what they asked for. */
const asked: { rooms: { sid: string }[]; lastEventId?: string }[] = []

beforeAll(async () => {
  server = await serveTeam()
  roomkey = createRoomkeyClient({
    url: server.url,
    fetch: async (url, init) => {
      const { pathname, searchParams } = new URL(url)
      if (pathname.endsWith('events.follow')) asked.push(JSON.parse(searchParams.get('input') ?? '') as never)
      return fetch(url, init)
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

/** Ends what a test has followed. */
let over: AbortController
beforeEach(() => {
  over = new AbortController()
})
afterEach(() => over.abort())

const emulator = async () => {
  const running = server.app.roomkey.embedded?.running()
  if (running === undefined) throw new Error('the emulator is not running')
  return running
}

/** Reads on, and lists what came. */
function read(input: RoomEventsInput, { signal } = over) {
  const events = roomkey.rooms.events(input, { signal })
  const seen: string[] = []
  const done = (async () => {
    for await (const event of events) seen.push('identity' in event ? `${event.type} ${event.identity}` : event.type)
  })()
  done.catch(() => undefined)
  return { seen, done, has: (count: number) => vi.waitFor(() => expect(seen).toHaveLength(count), 30_000) }
}

const createRoom = async (client = roomkey) => (await client.rooms.create({ emptyRoomTimeout: 60 })).sid

describe('rooms.events', () => {
  test('gives what happened and what happens, and ends with the loop', async () => {
    const sid = await createRoom()
    const bob = await (await emulator()).addBot({ room: sid, identity: 'bob' })
    const types: string[] = []
    for await (const event of roomkey.rooms.events({ sid, lastEventId: '0' })) {
      types.push(event.type)
      if (event.type === 'participant-connected') bob.leave()
      if (event.type === 'participant-disconnected') break
    }
    expect(types.filter((type) => type !== 'caught-up')).toEqual([
      'room-created',
      'participant-connected',
      'participant-disconnected',
    ])
  })

  test('takes a name for a SID, and chooses types', async () => {
    await roomkey.rooms.create({ roomName: 'by name' })
    const { seen, has } = read({ sid: 'by name', lastEventId: '0', types: ['room-ended'] })
    await has(1)
    await roomkey.rooms.complete({ sid: 'by name' })
    await has(2)
    expect(seen).toEqual(['caught-up', 'room-ended'])
  })

  test('of many rooms is one connection, also when they come one after another and it breaks in between', async () => {
    asked.length = 0
    const sids = await Promise.all(Array.from({ length: 30 }, () => createRoom()))
    const readers = sids.slice(0, 29).map((sid) => read({ sid, lastEventId: '0', types: ['participant-connected'] }))
    await Promise.all(readers.map(({ has }) => has(1)))
    expect(asked.map(({ rooms }) => rooms.length)).toEqual([29])

    const running = await emulator()
    const addBot = (bot: { room: string; identity: string }) => running.addBot(bot)
    await Promise.all(sids.map((room) => addBot({ room, identity: 'one' })))
    await Promise.all(readers.map(({ has }) => has(2)))
    server.app.server.closeAllConnections()
    await Promise.all(sids.map((room) => addBot({ room, identity: 'two' })))
    await Promise.all(readers.map(({ has }) => has(3)))
    const last = read({ sid: sids[29] ?? '', lastEventId: '0', types: ['participant-connected'] })
    await Promise.all(sids.map((room) => addBot({ room, identity: 'three' })))
    await Promise.all(readers.map(({ has }) => has(4)))
    for (const { seen } of readers) {
      expect(seen.filter((entry) => entry !== 'caught-up')).toEqual([
        'participant-connected one',
        'participant-connected two',
        'participant-connected three',
      ])
    }
    await last.has(4)
    expect(asked.at(-1)?.rooms).toHaveLength(30)
  })

  test('fails for a room that is not there, and with the signal', async () => {
    const sid = await createRoom()
    const missing = read({ sid: `RM${'0'.repeat(32)}` })
    const controller = new AbortController()
    const left = read({ sid }, controller)
    await expect(missing.done).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
    await left.has(1)
    controller.abort()
    await expect(left.done).rejects.toMatchObject({ code: 'ABORTED' })
    await expect(read({ sid: 'nowhere' }).done).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
  })

  test('comes through a router merged into a team’s', async () => {
    const client = createRoomkeyClient({ url: server.teamUrl, path: 'video' })
    const sid = await createRoom(client)
    for await (const event of client.rooms.events({ sid, lastEventId: '0' })) {
      if (event.type === 'caught-up') continue
      expect(event).toMatchObject({ type: 'room-created', roomSid: sid })
      break
    }
  })
})
