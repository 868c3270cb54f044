import assert from 'node:assert/strict'
import type { JSHandle } from 'playwright-core'
import type { LocalDataTrackOptions, Room } from 'twilio-video'
import type { Scenario } from './scenario.ts'

const orderings: [string, LocalDataTrackOptions][] = [
  ['without options', {}],
  ['in order', { ordered: true }],
  ['in any order', { ordered: false }],
  ['with a packet lifetime', { maxPacketLifeTime: 3000 }],
  ['with a packet lifetime, in any order', { maxPacketLifeTime: 3000, ordered: false }],
  ['with retransmits', { maxRetransmits: 5 }],
  ['with retransmits, in any order', { maxRetransmits: 5, ordered: false }],
]

/** What data tracks carry, and how they are told to carry it. */
export const messages: Scenario[] = [
  {
    name: 'data tracks of every ordering carry text and bytes both ways, and say how they are carried',
    async run(world) {
      const [alice, bob] = await Promise.all([world.join('alice', { room: 'a' }), world.join('bob', { room: 'a' })])
      for (const [from, to] of [
        [alice, bob],
        [bob, alice],
      ] as const) {
        for (const [name, options] of orderings) {
          await from.room.evaluate(
            ({ localParticipant }, [name, options]) =>
              localParticipant.publishTrack(new window.Twilio.Video.LocalDataTrack({ name, ...options })),
            [name, options] as const,
          )
          await to.event('trackSubscribed', { identity: from.identity, track: name })
          await send(from.room, name)
          await to.event('trackMessage', { identity: from.identity, track: name, value: `text ${name}` })
          const told = await to.room.evaluate(
            async (room, [identity, name]) => {
              const bytes = () =>
                window.stage.events(room).find(({ track, value }) => track === name && Array.isArray(value))
              const { value } = await window.stage.until(`bytes ${name}`, bytes)
              const { dataTracks } = await window.stage.remote(room, identity)
              const track = [...dataTracks.values()].find(({ trackName }) => trackName === name)?.track
              if (!track) throw new Error(`not subscribed to ${name}`)
              const { reliable, ordered, maxPacketLifeTime, maxRetransmits } = track
              return { value, reliable, ordered, maxPacketLifeTime, maxRetransmits }
            },
            [from.identity, name] as const,
          )
          const { ordered = true, maxPacketLifeTime = null, maxRetransmits = null } = options
          assert.deepEqual(told, {
            value: [1, 2, 255],
            reliable: maxPacketLifeTime === null && maxRetransmits === null,
            ordered,
            maxPacketLifeTime,
            maxRetransmits,
          })
        }
      }
    },
  },
  ...(['first', 'second'] as const).flatMap((publisher) =>
    (['during', 'after'] as const).map((when): Scenario => ({
      name: `messages arrive on a data track that the ${publisher} participant publishes ${when} connect`,
      async run(world) {
        const page = await world.openPage()
        const join = async (identity: string, publishes: boolean) => {
          const room = await page.evaluateHandle(
            async ([token, when, publishes]) => {
              const track = new window.Twilio.Video.LocalDataTrack({ name: 'chat' })
              const tracks = publishes && when === 'during' ? [track] : []
              const room = await window.stage.connect(token, { name: 'a', tracks })
              if (publishes && when === 'after') await room.localParticipant.publishTrack(track)
              return room
            },
            [world.token(identity), when, publishes] as const,
          )
          return room
        }
        const alice = await join('alice', publisher === 'first')
        const bob = await join('bob', publisher === 'second')
        const [from, to] = publisher === 'first' ? [alice, bob] : [bob, alice]
        await to.evaluate((room) => window.stage.event(room, 'trackSubscribed', { track: 'chat' }))
        await send(from, 'chat')
        await to.evaluate((room) => window.stage.event(room, 'trackMessage', { value: 'text chat' }))
      },
    })),
  ),
  {
    name: 'a hundred messages arrive in the order in which they were sent, at everyone’s',
    async run(world) {
      const page = await world.openPage()
      const [alice, ...others] = await Promise.all(
        ['alice', 'bob', 'carol'].map((identity) => world.join(identity, { page, room: 'a' })),
      )
      assert.ok(alice)
      await alice.publish('data', 'numbers')
      for (const other of others) await other.event('trackSubscribed', { track: 'numbers' })
      const sent = Array.from({ length: 100 }, (_, number) => String(number))
      await alice.room.evaluate(async ({ localParticipant }, sent) => {
        const [publication] = [...localParticipant.dataTracks.values()]
        for (const number of sent) publication?.track.send(number)
      }, sent)
      for (const other of others) {
        await other.event('trackMessage', { value: '99' })
        assert.deepEqual(
          (await other.events('trackMessage')).map(({ value }) => value),
          sent,
        )
      }
    },
  },
]

/** Sends a text and three bytes; the local track is ready once its channel to somebody is open. */
function send(room: JSHandle<Room>, name: string) {
  return room.evaluate(({ localParticipant }, name) => {
    const track = [...localParticipant.dataTracks.values()].find(({ trackName }) => trackName === name)?.track
    if (!track) throw new Error(`no data track ${name}`)
    track.send(`text ${name}`)
    track.send(new Uint8Array([1, 2, 255]).buffer)
  }, name)
}
