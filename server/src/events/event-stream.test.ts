import type { FollowedEvent, RoomEvent } from '@roomkey/shared'
import { expect, test, vi } from 'vitest'
import { STREAM_TIMES } from '../core/stream-times.ts'
import { createStore } from '../store/store.ts'
import { createEvents } from './events.ts'

const ROOM = `RM${'0'.repeat(32)}`
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }

/** That somebody came in. */
const arrival = (number: number) => ({
  type: 'participant-connected' as const,
  roomSid: ROOM as RoomEvent['roomSid'],
  roomName: 'standup',
  at: '2026-01-01T00:00:00.000Z',
  sequenceNumber: number,
  inferred: false,
  participantSid: `PA${number}` as never,
  identity: `person ${number}`,
})

function createServer() {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const events = createEvents(store, log, STREAM_TIMES)
  return {
    store,
    events,
    async [Symbol.asyncDispose]() {
      await events.close()
      await store.close()
    },
  }
}

test('what a reader has seen does not come again from a server that has not heard of it yet', async () => {
  await using server = createServer()
  const { events, store } = server
  await events.feed.begin()
  const { eventLog } = await store.open()
  // As another server does, where the reader saw it.
  const { stored } = await eventLog.append([arrival(1)])
  const lastEventId = stored[0]?.id
  const stream = await events.stream({
    rooms: [{ roomSid: ROOM, lastEventId }],
    lastEventId: undefined,
    types: undefined,
  })
  const said: FollowedEvent[] = []
  const reading = (async () => {
    for await (const entry of stream) if (said.push(entry) === 2) return
  })()
  await expect.poll(() => said).toHaveLength(1)
  await events.feed.catchUp()
  await events.intake.take(arrival(2))
  await reading
  expect(said).toMatchObject([{ type: 'caught-up', id: lastEventId }, { identity: 'person 2' }])
})

test('what a reader has seen does not come again while the log cannot be read: the reader has to come back', async () => {
  await using server = createServer()
  const { events, store } = server
  await events.feed.begin()
  const { eventLog } = await store.open()
  // As another server does, where the reader saw it.
  const { stored } = await eventLog.append([arrival(1)])
  const request = { rooms: undefined, lastEventId: stored[0]?.id, types: undefined }
  const restart = vi.spyOn(eventLog, 'readAfter').mockRejectedValueOnce(new Error('terminating connection'))
  const reading = (await events.stream(request))[Symbol.asyncIterator]()
  await expect(reading.next()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  expect(restart).toHaveBeenCalled()

  const again = (await events.stream(request))[Symbol.asyncIterator]()
  expect(await again.next()).toMatchObject({ value: { type: 'caught-up', id: stored[0]?.id } })
  await again.return?.()
})

test('a reader who has seen more than there is, as the log began anew, hears what comes from now on', async () => {
  await using server = createServer()
  const { events } = server
  const stream = await events.stream({ rooms: undefined, lastEventId: '9000000000000000', types: undefined })
  const reading = stream[Symbol.asyncIterator]()
  expect(await reading.next()).toMatchObject({ value: { type: 'caught-up' } })
  await events.intake.take(arrival(1))
  expect(await reading.next()).toMatchObject({ value: { identity: 'person 1' } })
  await reading.return?.()
})
