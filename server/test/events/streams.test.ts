import { describe, expect, test } from 'vitest'
import { asService, asUser, createGuardedWorld, createRoom, expectData } from '../access/setup.ts'

describe('events of a room', () => {
  test('come as they happen, and from the log to who comes later, each once and in order', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    await using live = await world.subscribe('rooms.events', { sid, lastEventId: '0' }, ann)
    const [created] = await live.events(1)
    expect(created).toMatchObject({ type: 'room-created', roomSid: sid, inferred: false })
    const emulator = await world.emulator()
    const bot = await emulator.addBot({ room: sid, identity: 'bob' })
    const [joined] = await live.events(1)
    expect(joined).toMatchObject({ type: 'participant-connected', identity: 'bob' })
    expect(Number(joined.id)).toBeGreaterThan(Number(created.id))
    bot.leave()
    expectData(await world.mutate('rooms.complete', { sid }, ann))
    const rest = await live.events(2)
    expect(new Set(rest.map(({ type }) => type))).toEqual(new Set(['participant-disconnected', 'room-ended']))

    await using later = await world.subscribe('rooms.events', { sid, lastEventId: created.id }, ann)
    expect(await later.events(3)).toEqual([joined, ...rest])
    expect(await later.next()).toMatchObject({ id: rest.at(-1).id, data: { type: 'caught-up' } })

    const { events } = expectData(await world.query('rooms.history', { sid }, ann))
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      'room-created',
      'participant-connected',
      'participant-disconnected',
      'room-ended',
    ])
  })

  test('of many rooms come on one connection, without those that the caller may not see', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const ann = await asUser('ann')
    const [one, two, hers] = [
      await createRoom(world, ann),
      await createRoom(world, ann),
      await createRoom(world, await asUser('eve')),
    ]
    const rooms = [one, two, hers].map(({ sid }) => ({ sid, lastEventId: '0' }))
    await using all = await world.subscribe('events.follow', { rooms }, ann)
    expect(await all.next()).toMatchObject({ data: { type: 'room-closed', room: hers.sid, code: 'ROOM_NOT_FOUND' } })
    const events = await all.events(2)
    expect(new Set(events.map(({ roomSid }) => roomSid))).toEqual(new Set([one.sid, two.sid]))
    await using everything = await world.subscribe('events.subscribe', { lastEventId: '0' }, asService)
    expect(new Set((await everything.events(3)).map(({ roomSid }) => roomSid))).toEqual(
      new Set([one.sid, two.sid, hers.sid]),
    )
  })
})

describe('the log', () => {
  test('says who is inside, who was for how long, and forgets who asks for it', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    await using live = await world.subscribe('rooms.events', { sid, lastEventId: '0' }, ann)
    const emulator = await world.emulator()
    const first = await emulator.addBot({ room: sid, identity: 'bob' })
    await live.events(2)
    first.leave()
    await live.events(1)
    await emulator.addBot({ room: sid, identity: 'bob' })
    await emulator.addBot({ room: sid, identity: 'cleo' })
    await live.events(2)
    const presence = expectData(await world.query('rooms.presence', { sid }, ann))
    expect(presence.participants.map(({ identity }: { identity: string }) => identity)).toEqual(['bob', 'cleo'])
    const attendance = expectData(await world.query('rooms.attendance', { sid }, ann))
    expect(attendance).toMatchObject({ roomSid: sid, endedAt: null })
    expect(
      attendance.attendees.map(({ identity, visits }: { identity: string; visits: unknown[] }) => [
        identity,
        visits.length,
      ]),
    ).toEqual([
      ['bob', 2],
      ['cleo', 1],
    ])

    expectData(await world.mutate('rooms.complete', { sid }, ann))
    await live.events(3)
    const anonymized = expectData(await world.mutate('participants.anonymize', { roomSid: sid, identity: 'bob' }, ann))
    expect(anonymized).toEqual({ events: 4, participants: 2, failed: [] })
    const { events } = expectData(await world.query('rooms.history', { sid, limit: 100 }, ann))
    expect(JSON.stringify(events)).not.toContain('bob')
    await using again = await world.subscribe('rooms.events', { sid, lastEventId: '0' }, ann)
    expect(JSON.stringify(await again.events(8))).not.toContain('bob')
    const list = expectData(await world.query('participants.list', { roomSid: sid }, ann))
    expect(JSON.stringify(list)).not.toContain('bob')
    expect(new Set(events.flatMap(({ identity }: { identity?: string }) => identity ?? [])).size).toBe(2)
  })
})
