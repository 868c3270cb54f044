import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient, toEndReason, type RoomkeyClient } from '../src/index.ts'
import { joinRoom } from '../src/join.ts'
import { createFakeRoom, twilioError } from './fake-room.ts'
import { NEWER_APIS, removeApis } from './newer-apis.ts'

afterEach(() => vi.useRealTimers())

const ROOM = `RM${'1'.repeat(32)}`
const STREAM = `event: connected\ndata: {}\n\ndata: {"type":"room-ended","id":"7","roomSid":"${ROOM}"}\nid: 7\n\n`

/** A client whose server knows one caller, and fails every other request as servers do. */
function createClient(stream: Response): RoomkeyClient {
  const responses = [
    { result: { data: { kind: 'open', identity: null, roles: [], may: [] } } },
    { error: { code: -32004, message: 'no', data: { httpStatus: 404, roomkey: { code: 'ROOM_NOT_FOUND' } } } },
  ]
  return createRoomkeyClient({
    url: 'https://server.test',
    fetch: async (url) => {
      if (url.includes('events.follow')) return stream
      return Response.json(url.includes(',') ? responses : responses.slice(0, 1))
    },
  })
}

describe('the client runs without what is newer than its target', () => {
  test('the list is of APIs that are there, so that taking them away shows something', () => {
    const restore = removeApis(['structuredClone', 'crypto.randomUUID', 'Promise.withResolvers'])
    expect([typeof structuredClone, typeof crypto.randomUUID, typeof Promise.withResolvers]).toEqual([
      'undefined',
      'undefined',
      'undefined',
    ])
    restore()
    expect(typeof crypto.randomUUID()).toBe('string')
  })

  test.each(NEWER_APIS)('without %s', async (api) => {
    // Node's own `Response` needs some of them.
    const stream = new Response(STREAM, { headers: { 'content-type': 'text/event-stream' } })
    const restore = removeApis([api])
    const outcome = await run(stream).finally(restore)
    expect(outcome).toEqual({
      kind: 'open',
      code: 'ROOM_NOT_FOUND',
      state: 'connected',
      reason: 'full',
      event: 'room-ended',
    })
  })
})

/** Batched requests, one of which fails; a join, and one that fails; an event. Expectations may need newer APIs: they wait. */
async function run(stream: Response) {
  const client = createClient(stream)
  const [known, missing] = await Promise.all([
    client.auth.whoami(),
    client.rooms.get({ sid: 'none' }).catch((error: unknown) => error),
  ])
  const tokens = {
    has: () => false,
    forget: () => undefined,
    getToken: async () => ({ token: 'a.b.c', connectOptions: {} }) as never,
  }
  const connect = (outcome: Promise<unknown>) => async () =>
    ({ connect: () => Object.assign(outcome, { cancel: () => undefined }) }) as never
  const room = await joinRoom(tokens, { roomSid: 'r' }, connect(Promise.resolve(createFakeRoom().room)))
  const refused = await joinRoom(tokens, { roomSid: 'r' }, connect(Promise.reject(twilioError(53105)))).catch(
    toEndReason,
  )
  let event: string | undefined
  for await (const { type } of client.rooms.events({ sid: ROOM, lastEventId: '0' })) {
    event = type
    break
  }
  return { kind: known.kind, code: (missing as { code?: string }).code, state: room.state, reason: refused, event }
}
