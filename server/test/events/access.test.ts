import { describe, expect, test } from 'vitest'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, signIn } from '../access/setup.ts'
import type { World } from '../setup.ts'
import type { Subscription } from '../subscription.ts'

/** Past what the log holds already. */
async function toPresent(subscription: Subscription): Promise<void> {
  for (;;) {
    const said = await subscription.next()
    if (!('data' in said)) throw new Error(`instead of the present came ${JSON.stringify(said)}`)
    if (said.data.type === 'caught-up') return
  }
}

/** How it ends, whatever else comes before. */
async function endOf(subscription: Subscription): Promise<unknown> {
  for (;;) {
    const said = await subscription.next()
    if (!('data' in said)) return said
  }
}

const furnish = async (world: World) => (await createRoom(world, await asUser('ann'), { access: 'signed-in' })).sid

describe('a stream ends with its code', () => {
  test('when its caller is banned', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const sid = await furnish(world)
    await using bob = await world.subscribe('rooms.events', { sid }, await asUser('bob'))
    const types = ['participant-connected']
    await using cleo = await world.subscribe('rooms.events', { sid, types }, await asUser('cleo'))
    await toPresent(bob)
    await toPresent(cleo)
    expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'bob' }, asService))
    expect(await endOf(bob)).toMatchObject({ error: { code: 'BANNED' } })
    await (await world.emulator()).addBot({ room: sid, identity: 'dan' })
    expect(await cleo.events(1)).toMatchObject([{ type: 'participant-connected', identity: 'dan' }])
  })

  test('when the invitation of its caller is taken back', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const sid = await furnish(world)
    const { id, invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
    await using guest = await world.subscribe('rooms.events', { sid }, asBearer(invite))
    await toPresent(guest)
    expectData(await world.mutate('invites.revoke', { id }, asService))
    expect(await endOf(guest)).toMatchObject({ error: { code: 'INVITE_REVOKED' } })
  })

  test('when the sign-in of its caller has expired', async () => {
    let time = Date.now()
    await using world = await createGuardedWorld({ way: 'socket', overrides: { now: () => time } })
    const sid = await furnish(world)
    await using bob = await world.subscribe('rooms.events', { sid }, asBearer(await signIn('bob')))
    await toPresent(bob)
    time += 3_600_000
    expect(await endOf(bob)).toMatchObject({ error: { code: 'UNAUTHENTICATED' } })
  })

  test('but where it is of several rooms, only one of them does', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const [one, two] = [await furnish(world), await furnish(world)]
    const input = { rooms: [{ sid: one }, { sid: two }], types: ['participant-connected'] }
    await using bob = await world.subscribe('events.follow', input, await asUser('bob'))
    await toPresent(bob)
    expectData(await world.mutate('bans.create', { roomSid: one, identity: 'bob' }, asService))
    expect(await bob.next()).toMatchObject({ data: { type: 'room-closed', roomSid: one, code: 'BANNED' } })
    const emulator = await world.emulator()
    await emulator.addBot({ room: one, identity: 'dan' })
    await emulator.addBot({ room: two, identity: 'eve' })
    expect(await bob.events(1)).toMatchObject([{ roomSid: two, identity: 'eve' }])
    expectData(await world.mutate('bans.create', { roomSid: two, identity: 'bob' }, asService))
    expect(await bob.next()).toMatchObject({ data: { type: 'room-closed', roomSid: two, code: 'BANNED' } })
    expect(await bob.next()).toEqual({ end: 'return' })
  })
})
