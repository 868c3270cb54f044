import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { RoomSid } from '@roomkey/shared'
import { expect, test } from 'vitest'
import type { NewEvent } from '../store/new-event.ts'
import { createStore } from '../store/store.ts'
import { createEventFeed } from './feed.ts'
import { createIntake, type IntakeOptions } from './intake.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

/** An intake over a file that another process can be made to hold, so that the store hangs. */
async function createWorld(options: Pick<IntakeOptions, 'patienceMs' | 'maxWaiting'> = {}) {
  const path = await mkdtemp(join(tmpdir(), 'roomkey-intake-'))
  const store = createStore({ kind: 'directory', path }, () => undefined)
  const feed = createEventFeed(store, SILENT)
  const intake = createIntake({ store, feed, beforeFirst: async () => undefined, ...options })
  const { eventLog } = await store.open()
  const other = new DatabaseSync(join(path, 'roomkey.db'))
  return {
    intake,
    hang: () => other.exec('begin immediate'),
    goOn: () => other.exec('commit'),
    async rooms() {
      return (await eventLog.readAfter(0, {}, 2000)).map(({ roomSid }) => roomSid)
    },
    async [Symbol.asyncDispose]() {
      feed.close()
      other.close()
      await store.close()
      await rm(path, { recursive: true })
    },
  }
}

function created(room: string): NewEvent {
  const at = '2026-01-01T00:00:00.000Z'
  return { type: 'room-created', roomSid: room as RoomSid, roomName: null, at, sequenceNumber: 0, inferred: false }
}

test('events that come at once are all stored, in the order in which they came, each once', async () => {
  await using world = await createWorld()
  const rooms = Array.from({ length: 1200 }, (_, number) => `RM${number}`)
  await Promise.all([...rooms, ...rooms].map((room) => world.intake.take(created(room))))
  expect(await world.rooms()).toEqual(rooms)
})

test('who waits too long for a store that hangs is refused; what is sent again is stored once all the same', async () => {
  await using world = await createWorld({ patienceMs: 20 })
  world.hang()
  const refused = { code: 'STORE_UNAVAILABLE', retryAfterSeconds: 2 }
  await expect(world.intake.take(created('RM1'))).rejects.toMatchObject(refused)
  await expect(world.intake.take(created('RM1'))).rejects.toMatchObject(refused)
  world.goOn()
  // Both of those before are stored first, or found to be stored.
  await world.intake.takeAll([created('RM2')])
  await expect.poll(() => world.rooms()).toContain('RM1')
  await world.intake.take(created('RM1'))
  expect((await world.rooms()).toSorted()).toEqual(['RM1', 'RM2'])
})

test('beyond a bound nobody is made to wait for a store that hangs, and all who were are served once it goes on', async () => {
  await using world = await createWorld({ maxWaiting: 3 })
  world.hang()
  const waiting = ['RM1', 'RM2', 'RM3'].map((room) => world.intake.take(created(room)))
  await expect(world.intake.take(created('RM4'))).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' })
  world.goOn()
  await Promise.all(waiting)
  await world.intake.take(created('RM5'))
  expect(await world.rooms()).toEqual(['RM1', 'RM2', 'RM3', 'RM5'])
})

test('an event that the database does not take keeps out no other that came with it', async () => {
  await using world = await createWorld()
  const spoiled = { ...created('RM2'), roomSid: null } as unknown as NewEvent
  const taken = await Promise.allSettled(
    [created('RM1'), spoiled, created('RM3'), created('RM4')].map((event) => world.intake.take(event)),
  )
  expect(taken.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled'])
  expect(await world.rooms()).toEqual(['RM1', 'RM3', 'RM4'])
})
