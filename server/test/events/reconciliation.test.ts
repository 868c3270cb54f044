import type { RoomEvent } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { asService, createGuardedWorld, createRoom, asUser, expectData } from '../access/setup.ts'

type GuardedWorld = Awaited<ReturnType<typeof createGuardedWorld>>

/** A server that compares every second, and all that happens. */
async function createStage() {
  const world = await createGuardedWorld({ way: 'socket', env: { EVENTS_RECONCILE_SECONDS: '1' } })
  const emulator = await world.emulator()
  const live = await world.subscribe('events.subscribe', { lastEventId: '0' }, asService)
  const all: RoomEvent[] = []
  return {
    world,
    emulator,
    /** The next that is of this type, and of this participant if one is named. */
    async next(type: RoomEvent['type'], identity?: string): Promise<RoomEvent> {
      const isIt = (event: RoomEvent) =>
        event.type === type && (identity === undefined || ('identity' in event && event.identity === identity))
      for (;;) {
        const found = all.find(isIt)
        if (found !== undefined) return found
        all.push(...((await live.events(1)) as RoomEvent[]))
      }
    },
    async [Symbol.asyncDispose]() {
      await live[Symbol.asyncDispose]()
      await world[Symbol.asyncDispose]()
    },
  }
}

async function history(world: GuardedWorld, sid: string): Promise<RoomEvent[]> {
  return expectData(await world.query('rooms.history', { sid, limit: 100 }, asService)).events
}

const names = (events: RoomEvent[]) =>
  events.map((event) => ('identity' in event ? `${event.type} ${event.identity}` : event.type))

/** To the second: Twilio's REST API says no more. */
const second = (instant: string | null | undefined) => Math.floor(Date.parse(instant ?? '') / 1000)

describe('what Twilio did not report', () => {
  test('is added with REST’s times, and is no news when the report comes after all', async () => {
    await using stage = await createStage()
    const { world, emulator } = stage
    emulator.disturbCallbacks({ drop: true })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const bob = await emulator.addBot({ room: sid, identity: 'bob', tracks: [{ kind: 'audio', name: 'mic' }] })
    const cleo = await emulator.addBot({ room: sid, identity: 'cleo' })
    const added = await stage.next('track-added', 'bob')
    expect(added).toMatchObject({ inferred: true, roomSid: sid, kind: 'audio', trackName: 'mic', sequenceNumber: null })
    cleo.leave()
    expect(await stage.next('participant-disconnected', 'cleo')).toMatchObject({ inferred: true })
    bob.unpublish('mic')
    expect(await stage.next('track-removed', 'bob')).toMatchObject({ inferred: true, trackName: 'mic' })

    const before = await history(world, sid)
    expect(names(before)).toEqual(
      expect.arrayContaining(['room-created', 'participant-connected bob', 'participant-connected cleo']),
    )
    expect(before).toHaveLength(6)
    const sdk = await world.sdk()
    const participant = await sdk.video.v1.rooms(sid).participants(cleo.sid).fetch()
    const left = before.find(({ type }) => type === 'participant-disconnected')
    expect(second(left?.at)).toBe(second(participant.endTime.toISOString()))

    emulator.calmCallbacks()
    for (const { id } of emulator.callbacks({ status: 'dropped' })) {
      expect(await emulator.redeliverCallback(id)).toMatchObject({ status: 'delivered' })
    }
    expect(await history(world, sid)).toEqual(before)
  })

  test('is found when the room ends, though all else was lost', async () => {
    await using stage = await createStage()
    const { world, emulator } = stage
    emulator.disturbCallbacks({ drop: true, filter: { event: ['participant-connected', 'participant-disconnected'] } })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const bob = await emulator.addBot({ room: sid, identity: 'bob' })
    bob.leave()
    await emulator.addBot({ room: sid, identity: 'cleo' })
    expectData(await world.mutate('rooms.complete', { sid }, ann))
    expect(await stage.next('room-ended')).toMatchObject({ inferred: false })
    await stage.next('participant-disconnected', 'bob')
    await stage.next('participant-disconnected', 'cleo')
    expect(new Set(names(await history(world, sid)))).toEqual(
      new Set([
        'room-created',
        'participant-connected bob',
        'participant-connected cleo',
        'participant-disconnected bob',
        'participant-disconnected cleo',
        'room-ended',
      ]),
    )
  })

  test.each(['reported', 'found out'])(
    'is found though a report comes after the end of the room, which was %s, and all it led to',
    async (how) => {
      await using stage = await createStage()
      const { world, emulator } = stage
      const ann = await asUser('ann')
      const { sid } = await createRoom(world, ann)
      const event = ['track-added', 'track-removed', 'participant-disconnected'] as const
      emulator.disturbCallbacks({
        drop: true,
        filter: { event: how === 'reported' ? event : [...event, 'room-ended'] },
      })
      const bob = await emulator.addBot({ room: sid, identity: 'bob', tracks: [{ kind: 'audio', name: 'mic' }] })
      bob.leave()
      await emulator.addBot({ room: sid, identity: 'cleo' })
      expectData(await world.mutate('rooms.complete', { sid }, ann))
      expect(await stage.next('room-ended')).toMatchObject({ inferred: how !== 'reported' })
      await stage.next('participant-disconnected', 'cleo')
      expect(names(await history(world, sid))).not.toContain('track-added bob')

      emulator.calmCallbacks()
      for (const { id } of emulator.callbacks({ status: 'dropped', event: 'track-added' })) {
        await emulator.redeliverCallback(id)
      }
      expect(await stage.next('track-added', 'bob')).toMatchObject({ inferred: false })
      expect(await stage.next('track-removed', 'bob')).toMatchObject({ inferred: true, trackName: 'mic' })
    },
  )

  test('is found of a room that came and went unheard of', async () => {
    await using stage = await createStage()
    const { world, emulator } = stage
    emulator.disturbCallbacks({ drop: true })
    const bot = await emulator.addBot({ room: 'ad-hoc', identity: 'bob' })
    bot.leave()
    expect(await stage.next('room-ended')).toMatchObject({ inferred: true, roomName: 'ad-hoc', roomSid: bot.roomSid })
    expect(names(await history(world, bot.roomSid))).toEqual([
      'room-created',
      'participant-connected bob',
      'participant-disconnected bob',
      'room-ended',
    ])
  })

  test('is left alone where that is asked for', async () => {
    await using world = await createGuardedWorld({ way: 'socket', env: { EVENTS_RECONCILE_SECONDS: 'off' } })
    const emulator = await world.emulator()
    emulator.disturbCallbacks({ drop: true, filter: { event: 'participant-connected' } })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    await emulator.addBot({ room: sid, identity: 'bob' })
    expectData(await world.mutate('rooms.complete', { sid }, ann))
    await emulator.waitForCallback({ event: 'room-ended' })
    expect(names(await history(world, sid))).not.toContain('participant-connected bob')
  })
})
