import type { RoomEvent } from '@roomkey/shared'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { VideoError } from '../core/video-error.ts'
import { createStore, type Store } from '../store/store.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import { createBanReactor } from './remove-banned.ts'
import { createRoomQueues } from './room-queues.ts'

const ROOM = 'RM1'
const arrivals = ['ben', 'eve'].map(
  (identity, index) =>
    ({
      type: 'participant-connected',
      id: `${index + 1}`,
      roomSid: ROOM,
      identity,
      participantSid: `PA${index}`,
    }) as unknown as RoomEvent,
)

let store: Store
beforeEach(async () => {
  store = createStore({ kind: 'memory' }, () => undefined)
  const { bans } = await store.open()
  await bans.add({ sid: ROOM, name: 'standup' }, 'ben')
  await bans.add({ sid: ROOM, name: 'standup' }, 'eve')
})
afterEach(() => store.close())

/** Two who are banned come in while Twilio fails so many times; what was done by when both had their turn. */
async function comeIn({ failures }: { failures: number }) {
  const tries: string[] = []
  const pauses: number[] = []
  const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
  const removeParticipant = async (_room: string, sid: string) => {
    tries.push(sid)
    if (tries.length <= failures) throw new VideoError('TWILIO_UNAVAILABLE', 'Twilio is away')
  }
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  let left = arrivals.length
  const reactor = createBanReactor({
    auditLog: undefined,
    store,
    twilio: { removeParticipant } as unknown as TwilioVideo,
    log,
  })
  const queues = createRoomQueues(reactor, {
    log,
    signal: new AbortController().signal,
    onDone: () => --left === 0 && end(),
    readFirst: async (_room, { from, to }) => arrivals.find(({ id }) => Number(id) >= from && Number(id) <= to),
    pause: async (ms) => void pauses.push(ms),
  })
  for (const arrival of arrivals) queues.add(arrival)
  await over
  return { tries, pauses, log }
}

test('a banned participant who came back is put out at the tenth try, after minutes, and then the next one is', async () => {
  const { tries, pauses, log } = await comeIn({ failures: 9 })
  expect(tries).toEqual([...Array<string>(10).fill('PA0'), 'PA1'])
  expect(log.error).not.toHaveBeenCalled()
  // Each is half as long as it is by rule, or half as long again.
  const shortest = pauses.map((_ms, index) => 250 * 2 ** index)
  expect(pauses.every((ms, index) => ms >= (shortest[index] ?? 0) && ms <= 3 * (shortest[index] ?? 0))).toBe(true)
  expect(shortest.reduce((sum, ms) => sum + ms)).toBeGreaterThan(60_000)
})

test('whom Twilio does not put out in ten tries is given up in words, and holds up nobody who came after', async () => {
  const { tries, log } = await comeIn({ failures: 10 })
  expect(tries).toEqual([...Array<string>(10).fill('PA0'), 'PA1'])
  expect(log.warn).toHaveBeenCalledTimes(9)
  expect(log.error).toHaveBeenCalledExactlyOnceWith(expect.anything(), 'an event was given up')
})
