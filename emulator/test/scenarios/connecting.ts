import assert from 'node:assert/strict'
import type { Scenario } from './scenario.ts'

const twenty = Array.from({ length: 20 }, (_, index) => `guest-${index}`)

/** Who gets into which room, and what the Room looks like from inside. */
export const connecting: Scenario[] = [
  {
    name: 'a room without a name is named by its sid',
    async run(world) {
      const alice = await world.join('alice')
      const { sid, name, state } = await alice.room.evaluate(({ sid, name, state }) => ({ sid, name, state }))
      assert.match(sid, /^RM[0-9a-f]{32}$/)
      assert.equal(name, sid)
      assert.equal(state, 'connected')
    },
  },
  {
    name: 'two who ask for no name get a room each',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([world.join('alice', { page }), world.join('bob', { page })])
      const sids = await Promise.all([alice, bob].map(({ room }) => room.evaluate(({ sid }) => sid)))
      assert.notEqual(sids[0], sids[1])
    },
  },
  {
    name: 'a first connect by name makes the room, and REST shows it',
    async run(world) {
      const alice = await world.join('alice', { room: 'ad hoc' })
      const { sid, name } = await alice.room.evaluate(({ sid, name }) => ({ sid, name }))
      const room = await world.rest.video.v1.rooms('ad hoc').fetch()
      assert.equal(name, 'ad hoc')
      assert.equal(room.sid, sid)
      assert.equal(room.status, 'in-progress')
      const participant = await world.rest.video.v1.rooms(sid).participants('alice').fetch()
      assert.equal(participant.sid, alice.sid)
      assert.equal(participant.status, 'connected')
    },
  },
  {
    name: 'participants of one room know one another by sid and identity',
    async run(world) {
      const { sid } = await world.rest.video.v1.rooms.create({ uniqueName: 'ours', mediaRegion: 'ie1' })
      const page = await world.openPage()
      const callers = await Promise.all(
        ['alice', 'bob', 'carol'].map((identity) => world.join(identity, { page, room: sid })),
      )
      for (const caller of callers) {
        assert.match(caller.sid, /^PA[0-9a-f]{32}$/)
        const facts = await caller.room.evaluate(({ sid, name, mediaRegion, localParticipant }) => ({
          sid,
          name,
          mediaRegion,
          identity: localParticipant.identity,
          state: localParticipant.state,
        }))
        const { identity } = caller
        assert.deepEqual(facts, { sid, name: 'ours', mediaRegion: 'ie1', identity, state: 'connected' })
        for (const other of callers) {
          if (other === caller) continue
          const seen = await caller.room.evaluate(async (room, identity) => {
            const { sid, state } = await window.stage.remote(room, identity)
            return { sid, state, kept: room.participants.has(sid) }
          }, other.identity)
          assert.deepEqual(seen, { sid: other.sid, state: 'connected', kept: true })
        }
      }
    },
  },
  {
    name: 'whoever is there hears of a newcomer, and the newcomer finds those present without an event',
    async run(world) {
      const page = await world.openPage()
      const alice = await world.join('alice', { page, room: 'a' })
      const bob = await world.join('bob', { page, room: 'a' })
      await alice.event('participantConnected', { identity: 'bob' })
      assert.deepEqual(await bob.events('participantConnected'), [])
      assert.deepEqual(
        (await bob.sights()).map(({ identity }) => identity),
        ['alice'],
      )
    },
  },
  {
    name: 'twenty joins at once all see the nineteen others',
    async run(world) {
      // Two pages, for two cores: each two participants have a peer connection, which makes 190.
      const pages = await Promise.all([world.openPage(), world.openPage()])
      const callers = await Promise.all(
        twenty.map((identity, index) => world.join(identity, { page: pages[index % 2], room: 'crowd' })),
      )
      for (const { room } of callers) {
        await room.evaluate((room) => window.stage.until('19 others', () => room.participants.size === 19, 60_000))
      }
      const listed = await world.rest.video.v1.rooms('crowd').participants.list({ status: 'connected' })
      assert.deepEqual(listed.map(({ identity }) => identity).sort(), twenty.toSorted())
    },
  },
  refusal('a room name of 129 characters', 53101, 'a'.repeat(129)),
  refusal('a room name that is no Unicode text', 53102, 'room \ud800'),
  refusal('the sid of no room', 53106, 'RM00000000000000000000000000000000'),
  {
    name: 'an unknown name is refused with 53106 where rooms must be made first',
    options: { adHocRooms: false },
    async run(world) {
      const page = await world.openPage()
      const connect = (token: string) => page.evaluate((token) => window.stage.refusal(token, { name: 'new' }), token)
      assert.equal(await connect(world.token('alice')), 53106)
      await world.rest.video.v1.rooms.create({ uniqueName: 'new' })
      assert.equal(await connect(world.token('alice')), 'connected to new')
    },
  },
  {
    name: 'a completed room is not to be found by its sid',
    async run(world) {
      const { sid } = await world.rest.video.v1.rooms.create({ uniqueName: 'over' })
      await world.rest.video.v1.rooms(sid).update({ status: 'completed' })
      const page = await world.openPage()
      const refusal = await page.evaluate(([token, name]) => window.stage.refusal(token, { name }), [
        world.token('alice'),
        sid,
      ] as const)
      assert.ok(refusal === 53106 || refusal === 53118, `refused with ${refusal}`)
    },
  },
  {
    name: 'a full room refuses one more with 53105, until somebody leaves',
    async run(world) {
      await world.rest.video.v1.rooms.create({ uniqueName: 'small', maxParticipants: 1 })
      const page = await world.openPage()
      const alice = await world.join('alice', { page, room: 'small' })
      const bob = () => page.evaluate((token) => window.stage.refusal(token, { name: 'small' }), world.token('bob'))
      assert.equal(await bob(), 53105)
      await alice.leave()
      assert.equal(await bob(), 'connected to small')
    },
  },
  {
    name: 'a malformed ICE server is refused with 53405',
    uncaught: /Media connection failed|removeListener/,
    async run(world) {
      const page = await world.openPage()
      const refusal = await page.evaluate(
        (token) => window.stage.refusal(token, { iceServers: [{ urls: 'turn159.148.17.9:3478', credential: 'foo' }] }),
        world.token('alice'),
      )
      assert.equal(refusal, 53405)
    },
  },
  {
    name: 'ICE servers of the app’s own, even none, are taken instead of the emulator’s',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a', iceServers: [] }),
        world.join('bob', { page, room: 'a' }),
      ])
      await alice.publish('data', 'notes')
      await bob.event('trackSubscribed', { identity: 'alice', track: 'notes' })
    },
  },
  {
    name: 'a connect that is cancelled leaves nobody behind',
    async run(world) {
      const page = await world.openPage()
      const outcome = await page.evaluate(async (token) => {
        const connecting = window.Twilio.Video.connect(token, { ...window.stage.defaults, name: 'a', tracks: [] })
        await Promise.resolve()
        connecting.cancel()
        return connecting.then(
          () => 'connected',
          (error: Error) => error.message,
        )
      }, world.token('alice'))
      assert.equal(outcome, 'Canceled')
      const bob = await world.join('bob', { page, room: 'a' })
      assert.deepEqual(await bob.sights(), [])
    },
  },
]

function refusal(what: string, code: number, name: string): Scenario {
  return {
    name: `${what} is refused with ${code}`,
    async run(world) {
      const page = await world.openPage()
      const refusal = await page.evaluate(([token, name]) => window.stage.refusal(token, { name }), [
        world.token('alice'),
        name,
      ] as const)
      assert.equal(refusal, code)
    },
  }
}
