import assert from 'node:assert/strict'
import type { Caller } from '../browser/caller.ts'
import type { Scenario } from './scenario.ts'

/** The ways in which a participant's stay ends, and what those who remain see of it. */
export const endings: Scenario[] = [
  {
    name: 'whoever leaves is disconnected without an error, and keeps what it saw of the others',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a', audio: true }),
        world.join('bob', { page, room: 'a', audio: true }),
      ])
      await Promise.all([
        alice.event('trackSubscribed', { identity: 'bob' }),
        bob.event('trackSubscribed', { identity: 'alice' }),
      ])
      const before = await alice.sights()

      await alice.leave()

      const [ending] = await alice.events('disconnected')
      assert.deepEqual(ending, { name: 'disconnected' })
      assert.equal(await alice.state(), 'disconnected')
      assert.equal(await alice.room.evaluate(({ localParticipant }) => localParticipant.state), 'disconnected')
      assert.deepEqual(
        (await alice.sights()).map(({ sid, state }) => [sid, state]),
        before.map(({ sid }) => [sid, 'connected']),
      )
      await bob.event('trackUnsubscribed', { identity: 'alice' })
      await bob.event('participantDisconnected', { identity: 'alice' })
      assert.deepEqual(await bob.events('trackUnpublished'), [])
      assert.deepEqual(await bob.sights(), [])
    },
  },
  {
    name: 'a room completed over REST ends for everyone with 53118',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await world.rest.video.v1.rooms('a').update({ status: 'completed' })
      for (const caller of [alice, bob]) await ended(caller, 53118)
    },
  },
  {
    name: 'a participant disconnected over REST is out, the others stay, and it may come again',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await world.rest.video.v1.rooms('a').participants('bob').update({ status: 'disconnected' })
      await bob.event('disconnected')
      await alice.event('participantDisconnected', { identity: 'bob' })
      assert.equal(await alice.state(), 'connected')
      const again = await world.join('bob', { page, room: 'a' })
      assert.notEqual(again.sid, bob.sid)
      await alice.event('participantConnected', { identity: 'bob' })
    },
  },
  {
    name: 'a second join with one identity ends the first with 53205',
    async run(world) {
      const page = await world.openPage()
      const [alice, older] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      const newer = await world.join('bob', { page, room: 'a' })
      await ended(older, 53205)
      assert.equal(await newer.state(), 'connected')
      await alice.event('participantDisconnected', { identity: 'bob' })
      await alice.room.evaluate(
        (room, sid) => window.stage.until('the newer', () => room.participants.get(sid)?.state === 'connected'),
        newer.sid,
      )
      assert.equal((await alice.sights()).length, 1)
      await newer.publish('data', 'notes')
      await alice.event('trackSubscribed', { identity: 'bob', track: 'notes' })
    },
  },
  {
    name: 'a stay longer than the room allows ends with 53216',
    async run(world) {
      await world.rest.video.v1.rooms.create({ uniqueName: 'brief', maxParticipantDuration: 600 })
      const page = await world.openPage()
      const alice = await world.join('alice', { page, room: 'brief' })
      world.emulator.advanceClock(590_000)
      const bob = await world.join('bob', { page, room: 'brief' })
      world.emulator.advanceClock(15_000)
      await ended(alice, 53216)
      await bob.event('participantDisconnected', { identity: 'alice' })
      assert.equal(await bob.state(), 'connected')
    },
  },
  {
    name: 'a page that is closed is reconnecting for the others, then gone',
    options: { sessionTimeoutSeconds: 1 },
    async run(world) {
      const [alice, bob] = await Promise.all([world.join('alice', { room: 'a' }), world.join('bob', { room: 'a' })])
      await alice.publish('data', 'notes')
      await bob.event('trackSubscribed', { track: 'notes' })
      await alice.page.close()
      await bob.event('participantReconnecting', { identity: 'alice' })
      await bob.event('participantDisconnected', { identity: 'alice' })
      assert.deepEqual(await bob.events('trackUnpublished'), [])
      const connected = await world.rest.video.v1.rooms('a').participants.list({ status: 'connected' })
      assert.deepEqual(
        connected.map(({ identity }) => identity),
        ['bob'],
      )
    },
  },
  {
    name: 'a page that is reloaded takes the place of the old one',
    async run(world) {
      const [alice, bob] = await Promise.all([world.join('alice', { room: 'a' }), world.join('bob', { room: 'a' })])
      const defaults = await alice.page.evaluate(() => window.stage.defaults)
      await alice.page.reload()
      await alice.page.evaluate((defaults) => Object.assign(window.stage.defaults, defaults), defaults)
      const again = await world.join('alice', { page: alice.page, room: 'a' })
      await bob.room.evaluate(
        (room, sid) =>
          window.stage.until('the new one alone', () => room.participants.size === 1 && room.participants.has(sid)),
        again.sid,
      )
    },
  },
]

async function ended(caller: Caller, code: number) {
  await caller.event('disconnected', { code })
  assert.equal(await caller.state(), 'disconnected')
  await caller.event('local.disconnected')
}
