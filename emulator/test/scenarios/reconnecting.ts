import assert from 'node:assert/strict'
import type { Scenario } from './scenario.ts'

/** Signalling lost and found: what both sides see, and what the session remembers. */
export const reconnecting: Scenario[] = [
  {
    name: 'a socket that is cut comes back: both sides say so, and nothing is lost',
    async run(world) {
      const wire = await world.createWire()
      const [alice, bob] = await Promise.all([
        world.join('alice', { room: 'a', wire, audio: true, video: true }),
        world.join('bob', { room: 'a', audio: true, video: true }),
      ])
      await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])

      wire.cut()

      await alice.event('reconnecting', { code: 53001 })
      await alice.event('reconnected')
      await alice.event('local.reconnecting')
      await bob.event('participantReconnecting', { identity: 'alice' })
      await bob.event('participantReconnected', { identity: 'alice' })
      assert.equal(await alice.state(), 'connected')
      await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
      for (const { events } of [alice, bob]) {
        assert.deepEqual(await events('trackUnsubscribed'), [])
        assert.deepEqual(await events('participantDisconnected'), [])
      }
    },
  },
  {
    name: 'what was done on either side while the socket was down is there after it',
    async run(world) {
      const wire = await world.createWire()
      const [alice, bob, carol] = await Promise.all([
        world.join('alice', { room: 'a', wire }),
        world.join('bob', { room: 'a' }),
        world.join('carol', { room: 'a' }),
      ])
      await bob.publish('data', 'short-lived')
      await alice.event('trackSubscribed', { track: 'short-lived' })

      wire.sever()
      await alice.event('reconnecting')
      const publishing = alice.publish('video', 'from afar')
      await bob.unpublish('short-lived')
      await Promise.all([bob.publish('audio', 'news'), carol.leave()])
      const dave = await world.join('dave', { room: 'a' })
      wire.mend()

      await alice.event('reconnected')
      await publishing
      await alice.event('trackSubscribed', { identity: 'bob', track: 'news' })
      await alice.event('trackUnpublished', { identity: 'bob', track: 'short-lived' })
      await alice.event('participantDisconnected', { identity: 'carol' })
      await alice.event('participantConnected', { identity: 'dave' })
      for (const other of [bob, dave]) {
        await other.event('trackSubscribed', { identity: 'alice', track: 'from afar' })
        await other.flowing(['alice'])
      }
    },
  },
  {
    name: 'the loss of every socket at once ends in everyone being back',
    async run(world) {
      const callers = await Promise.all(
        ['alice', 'bob', 'carol'].map((identity) => world.join(identity, { room: 'a', audio: true })),
      )
      world.emulator.dropConnections()
      await Promise.all(callers.map(({ event }) => event('reconnected')))
      for (const { identity, flowing } of callers) {
        await flowing(['alice', 'bob', 'carol'].filter((other) => other !== identity))
      }
    },
  },
  {
    name: 'a socket that stays away longer than the session timeout ends the call, with a reason',
    options: { sessionTimeoutSeconds: 1 },
    async run(world) {
      const wire = await world.createWire()
      const [alice, bob] = await Promise.all([
        world.join('alice', { room: 'a', wire }),
        world.join('bob', { room: 'a' }),
      ])
      wire.sever()
      await bob.event('participantReconnecting', { identity: 'alice' })
      await bob.event('participantDisconnected', { identity: 'alice' })
      wire.mend()
      const { code } = await alice.event('disconnected')
      assert.ok(code === 53001 || code === 53204, `ended with ${code}`)
    },
  },
  {
    name: 'a room completed while a socket is down ends with a reason when it is back',
    async run(world) {
      const wire = await world.createWire()
      const alice = await world.join('alice', { room: 'a', wire })
      wire.sever()
      await alice.event('reconnecting')
      await world.rest.video.v1.rooms('a').update({ status: 'completed' })
      wire.mend()
      const { code } = await alice.event('disconnected')
      assert.ok(code === 53118 || code === 53204, `ended with ${code}`)
    },
  },
  {
    name: 'a token that has expired by the time the socket is back ends the call with 20104',
    options: { sessionTimeoutSeconds: 300 },
    async run(world) {
      const wire = await world.createWire()
      const alice = await world.join('alice', { room: 'a', wire, token: world.token('alice', { ttlSeconds: 120 }) })
      wire.sever()
      await alice.event('reconnecting')
      world.emulator.advanceClock(121_000)
      wire.mend()
      await alice.event('disconnected', { code: 20104 })
    },
  },
  {
    name: 'an emulator that shuts down tells clients to come back, and one that starts anew tells them why not',
    async run(world) {
      const alice = await world.join('alice', { room: 'a' })
      await world.restartEmulator()
      await alice.event('reconnecting')
      await alice.event('disconnected', { code: 53204 })
      const again = await world.join('alice', { room: 'a', page: alice.page })
      assert.equal(await again.state(), 'connected')
    },
  },
]
