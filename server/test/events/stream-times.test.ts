import { describe, expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld, createRoom, expectData } from '../access/setup.ts'
import { toQuery, type World } from '../setup.ts'
import { arrival, REPORTED, report, ROOM, sendAll } from './setup.ts'

/** Both ways to read the events of a room by HTTP, and how each says what is no event. */
const WIRES = [
  { wire: 'tRPC', path: (room: string) => toQuery('rooms.events', { sid: room }), ping: 'event: ping\ndata: \n\n\n' },
  { wire: 'REST', path: (room: string) => `/v1/rooms/${room}/events`, ping: ':\n\n' },
]

const EVENT = /^data: (\{.*\})\nid: (\d+)$/gm

/** What is sent until it ends, or is enough. */
async function read(
  world: World,
  path: string,
  headers: Record<string, string>,
  isEnough: (text: string) => boolean = () => false,
): Promise<string> {
  const address = world.app.listeningOrigin
  const abort = new AbortController()
  const response = await fetch(address + path, { headers, signal: abort.signal })
  expect([response.status, response.headers.get('cache-control')]).toEqual([200, 'no-cache, no-transform'])
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (isEnough(text)) break
  }
  abort.abort()
  return text
}

describe.each(WIRES)('a stream of events over $wire', ({ path, ping }) => {
  test('says that it is alive when nothing happens', async () => {
    await using world = await createGuardedWorld({ way: 'socket', overrides: { streamTimes: { pingMs: 20 } } })
    const { sid } = await createRoom(world, await asUser('ann'))
    const isEnough = (text: string) => text.includes('caught-up') && text.endsWith(ping + ping + ping)
    const text = await read(world, path(sid), asService, isEnough)
    expect(text.split('"caught-up"')).toHaveLength(2)
  })

  test('ends after its time without a word, and who comes back has missed nothing', async () => {
    const streamTimes = { pingMs: 5, minDurationMs: 60, maxDurationMs: 120 }
    await using world = await createGuardedWorld({ way: 'socket', env: REPORTED, overrides: { streamTimes } })
    await sendAll(world, [report('room-created')])
    const total = 300
    let streams = 0
    const reading = (async () => {
      const seen: { id: string; participantSid?: string }[] = []
      while (seen.length <= total || streams < 3) {
        streams++
        const headers = { ...asService, 'last-event-id': seen.at(-1)?.id ?? '0' }
        const text = await read(world, path(ROOM), headers)
        expect(text).not.toMatch(/event: (return|serialized-error|error)/)
        for (const [, data = '', id = ''] of text.matchAll(EVENT)) {
          const event = JSON.parse(data) as { type: string; id: string }
          if (event.type !== 'caught-up') seen.push({ ...event, id })
        }
      }
      return seen
    })()
    for (let number = 1; number <= total; number += 5) {
      await sendAll(
        world,
        Array.from({ length: 5 }, (_, n) => arrival(number + n)),
      )
    }
    const seen = await reading
    const ids = seen.map(({ id }) => Number(id))
    expect(ids).toEqual([...new Set(ids)].toSorted((a, b) => a - b))
    expect(new Set(seen.map(({ participantSid }) => participantSid)).size).toBe(total + 1)
  })

  test('ends with its code when its caller may have it no longer', async () => {
    await using world = await createGuardedWorld({ way: 'socket', overrides: { streamTimes: { pingMs: 20 } } })
    const { sid } = await createRoom(world, await asUser('ann'), { access: 'signed-in' })
    let isPresent: () => void = () => undefined
    const present = new Promise<void>((resolve) => (isPresent = resolve))
    const reading = read(world, path(sid), await asUser('bob'), (text) => {
      if (text.includes('caught-up')) isPresent()
      return false
    })
    await present
    expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'bob' }, asService))
    const text = await reading
    expect(text).toMatch(/event: (serialized-)?error\ndata: \{.*"code":"BANNED".*\}\n+$/)
  })

  test('counts against its caller no longer than it lasts, however it ends', async () => {
    const streamTimes = { pingMs: 5, minDurationMs: 5, maxDurationMs: 10 }
    const env = { MAX_STREAMS_PER_CALLER: '1' }
    await using world = await createGuardedWorld({ way: 'socket', env, overrides: { streamTimes } })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    for (let round = 0; round < 3; round++) {
      const refused = await world.send(path('RM00000000000000000000000000000000'), { headers: ann })
      expect(refused.text).toContain('ROOM_NOT_FOUND')
      const ended = await read(world, path(sid), ann)
      expect(ended).toContain('caught-up')
      expect(ended).not.toContain('RATE_LIMITED')
      const over = await read(world, toQuery('events.follow', { rooms: [{ sid: 'nowhere' }] }), ann)
      expect(over).toMatch(/"room-closed".*event: return/s)
    }
  })
})
