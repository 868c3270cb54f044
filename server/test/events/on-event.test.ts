import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RoomEvent } from '@roomkey/shared'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createGuardedWorld } from '../access/setup.ts'
import { arrival, REPORTED, report, sendAll, sid, until } from './setup.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomkey-on-event-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const start = (onEvent: (event: RoomEvent) => unknown) =>
  createGuardedWorld({ env: { ...REPORTED, DATA_DIR: directory }, overrides: { onEvent } })

const identityOf = (event: RoomEvent) => ('identity' in event ? event.identity : event.type)

describe('onEvent', () => {
  test('is called with the events of a room one after another, again after a failure, and rooms do not wait for others', async () => {
    const done: string[] = []
    let failures = 2
    let underWay = 0
    await using world = await start(async (event) => {
      const isOther = event.roomSid === sid('RM', 2)
      if (!isOther) expect(++underWay).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      if (!isOther) underWay--
      if (event.type === 'room-created' && !isOther && failures-- > 0) throw new Error('not now')
      done.push(isOther ? `other ${identityOf(event)}` : (identityOf(event) ?? ''))
    })
    await sendAll(world, [report('room-created')])
    for (let number = 1; number <= 3; number++) await sendAll(world, [arrival(number)])
    await sendAll(world, [arrival(9, { RoomSid: sid('RM', 2) })])
    await until('all is done', () => done.length === 5)
    expect(done).toEqual(['other person 9', 'room-created', 'person 1', 'person 2', 'person 3'])
  })

  test('goes on after a restart with what was not done, and with what was when nobody could tell', async () => {
    const before: string[] = []
    {
      await using world = await start((event) => {
        if (event.type === 'room-ended') throw new Error('never')
        before.push(event.id)
      })
      await sendAll(world, [report('room-created'), arrival(1)])
      await sendAll(world, [report('room-ended')])
      await sendAll(world, [arrival(2)])
      await until('two are done', () => before.length === 2)
    }
    const after: RoomEvent[] = []
    await using again = await start((event) => void after.push(event))
    await until('the rest is done', () => after.some(({ type }) => type === 'participant-connected'))
    expect(after.map(identityOf)).toEqual(['room-ended', 'person 2'])
    await sendAll(again, [arrival(3)])
    await until('it goes on', () => after.length === 3)
  })

  test('holds up no answer while it hangs', async () => {
    await using world = await start(() => new Promise(() => undefined))
    await sendAll(world, [report('room-created')])
    for (let number = 1; number <= 20; number++) await sendAll(world, [arrival(number)])
  })
})
