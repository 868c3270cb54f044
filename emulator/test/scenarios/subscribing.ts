import assert from 'node:assert/strict'
import type { Scenario } from './scenario.ts'

/** Who receives what: by the options of `connect`, and by rules set over REST. */
export const subscribing: Scenario[] = [
  {
    name: 'with automaticSubscription false, tracks are announced and not subscribed',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob, carol] = await Promise.all([
        world.join('alice', { page, room: 'a', audio: true }),
        world.join('bob', { page, room: 'a', automaticSubscription: false }),
        world.join('carol', { page, room: 'a', automaticSubscription: true }),
      ])
      await alice.publish('data', 'notes')
      await carol.event('trackSubscribed', { identity: 'alice', track: 'notes' })
      await bob.event('trackPublished', { identity: 'alice', track: 'notes' })
      assert.deepEqual(await bob.events('trackSubscribed'), [])
      const tracks = await bob.room.evaluate((room) =>
        window.stage.until('two tracks', () => {
          const seen = window.stage.sights(room).find(({ identity }) => identity === 'alice')?.tracks
          return seen?.length === 2 ? seen : undefined
        }),
      )
      assert.deepEqual(
        tracks.map(({ subscribed }) => subscribed),
        [false, false],
      )
    },
  },
  {
    name: 'rules set over REST take a track away and give it back, with its media',
    async run(world) {
      const [bob] = await Promise.all([
        world.join('bob', { room: 'a' }),
        world.join('alice', { room: 'a', audio: true, video: true }),
      ])
      await bob.flowing(['alice'])
      const participant = world.rest.video.v1.rooms('a').participants(bob.sid)
      const rules = (rules: object[]) => participant.subscribeRules.update({ rules })

      await rules([
        { type: 'include', all: true },
        { type: 'exclude', kind: 'video' },
      ])
      await bob.event('trackUnsubscribed', { identity: 'alice', kind: 'video' })
      assert.deepEqual(
        (await participant.subscribedTracks.list()).map(({ kind }) => kind),
        ['audio'],
      )
      assert.deepEqual((await bob.sights())[0]?.tracks.map(({ kind, subscribed }) => `${kind} ${subscribed}`).sort(), [
        'audio true',
        'video false',
      ])

      const before = (await bob.events('trackSubscribed')).length
      await rules([{ type: 'include', all: true }])
      await bob.room.evaluate(
        (room, before) =>
          window.stage.until('a subscription', () => {
            const subscribed = window.stage.events(room).filter(({ name }) => name === 'trackSubscribed')
            return subscribed.length > before
          }),
        before,
      )
      await bob.flowing(['alice'])
      assert.equal((await participant.subscribedTracks.list()).length, 2)
    },
  },
  {
    name: 'rules that name a publisher or a track let only these through, later tracks as well',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob, carol] = await Promise.all(
        ['alice', 'bob', 'carol'].map((identity) => world.join(identity, { page, room: 'a' })),
      )
      assert.ok(alice && bob && carol)
      const { subscribeRules } = world.rest.video.v1.rooms('a').participants('bob')
      await subscribeRules.update({
        rules: [
          { type: 'include', publisher: 'alice' },
          { type: 'include', track: 'wanted' },
        ],
      })
      await Promise.all([
        alice.publish('data', 'from alice'),
        carol.publish('data', 'wanted'),
        carol.publish('data', 'unwanted'),
      ])
      await bob.event('trackSubscribed', { identity: 'alice', track: 'from alice' })
      await bob.event('trackSubscribed', { identity: 'carol', track: 'wanted' })
      await bob.event('trackPublished', { identity: 'carol', track: 'unwanted' })
      const seen = (await bob.sights()).flatMap(({ tracks }) => tracks)
      assert.deepEqual(
        seen
          .filter(({ subscribed }) => subscribed)
          .map(({ name }) => name)
          .sort(),
        ['from alice', 'wanted'],
      )
    },
  },
  {
    name: 'a subscriber that asked for nothing at connect gets what rules grant it',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a', automaticSubscription: false }),
      ])
      await alice.publish('data', 'notes')
      await bob.event('trackPublished', { track: 'notes' })
      const { subscribeRules } = world.rest.video.v1.rooms('a').participants('bob')
      await subscribeRules.update({ rules: [{ type: 'include', kind: 'data' }] })
      await bob.event('trackSubscribed', { identity: 'alice', track: 'notes', kind: 'data' })
    },
  },
]
