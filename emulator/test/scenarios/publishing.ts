import assert from 'node:assert/strict'
import type { Scenario } from './scenario.ts'

const kinds = ['audio', 'video', 'data'] as const

/** Tracks of each kind, from the start and later, until they are taken back. */
export const publishing: Scenario[] = [
  ...kinds.map((kind): Scenario => ({
    name: `${article(kind)} track published from the start is published and subscribed`,
    async run(world) {
      const page = await world.openPage()
      const bob = await world.join('bob', { page, room: 'a' })
      const sid = await page.evaluate(
        async ([token, kind]) => {
          const { createLocalAudioTrack, createLocalVideoTrack, LocalDataTrack } = window.Twilio.Video
          const name = 'mine'
          const track = await {
            audio: () => createLocalAudioTrack({ name }),
            video: () => createLocalVideoTrack({ name, width: 160, height: 120 }),
            data: () => new LocalDataTrack({ name }),
          }[kind]()
          const room = await window.stage.connect(token, { name: 'a', tracks: [track] })
          const [publication] = await window.stage.until('a publication', () => {
            const published = [...room.localParticipant.tracks.values()]
            return published.length > 0 ? published : undefined
          })
          return publication?.trackSid
        },
        [world.token('alice'), kind] as const,
      )
      assert.match(String(sid), /^MT[0-9a-f]{32}$/)
      await bob.event('trackSubscribed', { identity: 'alice', track: 'mine', kind })
      if (kind !== 'data') await bob.event('trackStarted', { identity: 'alice', track: 'mine' })
      const [alice] = await bob.sights()
      assert.deepEqual(alice?.tracks, [
        { name: 'mine', sid, kind, enabled: true, subscribed: true, priority: 'standard' },
      ])
    },
  })),
  ...kinds.map((kind): Scenario => ({
    name: `${article(kind)} track published later is announced, subscribed, taken back, and published again`,
    async run(world) {
      const page = await world.openPage()
      const [alice, bob, carol] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
        world.join('carol', { page, room: 'a' }),
      ])
      for (const turn of ['first', 'second']) {
        const sid = await alice.publish(kind, turn)
        assert.match(sid, /^MT[0-9a-f]{32}$/)
        for (const other of [bob, carol]) {
          await other.event('trackPublished', { identity: 'alice', track: turn, kind })
          await other.event('trackSubscribed', { identity: 'alice', track: turn, kind })
          if (kind !== 'data') await other.event('trackStarted', { identity: 'alice', track: turn })
          const seen = (await other.sights()).find(({ identity }) => identity === 'alice')
          assert.deepEqual(
            seen?.tracks.map((track) => track.sid),
            [sid],
          )
        }
        await alice.unpublish(turn)
        for (const other of [bob, carol]) {
          await other.event('trackUnsubscribed', { identity: 'alice', track: turn, kind })
          await other.event('trackUnpublished', { identity: 'alice', track: turn, kind })
        }
      }
    },
  })),
  {
    name: 'tracks of every kind published together are told apart',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      const sids = await Promise.all(kinds.map((kind) => alice.publish(kind, `my ${kind}`)))
      assert.equal(new Set(sids).size, 3)
      for (const kind of kinds) await bob.event('trackSubscribed', { identity: 'alice', track: `my ${kind}`, kind })
      const { rest } = world
      const published = await rest.video.v1.rooms('a').participants('alice').publishedTracks.list()
      assert.deepEqual(published.map(({ sid }) => sid).sort(), sids.toSorted())
    },
  },
  {
    name: 'those who come later find what is published, with its name, state and priority',
    async run(world) {
      const page = await world.openPage()
      const alice = await world.join('alice', { page, room: 'a' })
      await alice.publish('audio', 'voice')
      await alice.enable('voice', false)
      await alice.room.evaluate(({ localParticipant }) => {
        localParticipant.audioTracks.forEach((publication) => publication.setPriority('high'))
      })
      const bob = await world.join('bob', { page, room: 'a' })
      const seen = await bob.room.evaluate(async (room) => {
        await window.stage.remote(room, 'alice')
        return window.stage.until('a muted track of high priority', () =>
          window.stage.sights(room)[0]?.tracks.find(({ enabled, priority }) => !enabled && priority === 'high'),
        )
      })
      assert.equal(seen.name, 'voice')
    },
  },
  ...(['audio', 'video'] as const).map((kind): Scenario => ({
    name: `${article(kind)} track that is disabled and enabled is so for the others`,
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await alice.publish(kind, 'mine')
      await bob.event('trackSubscribed', { identity: 'alice', track: 'mine' })
      await alice.enable('mine', false)
      await bob.event('trackDisabled', { identity: 'alice', track: 'mine' })
      assert.equal((await bob.sights())[0]?.tracks[0]?.enabled, false)
      await alice.enable('mine', true)
      await bob.event('trackEnabled', { identity: 'alice', track: 'mine' })
      assert.equal((await bob.sights())[0]?.tracks[0]?.enabled, true)
    },
  })),
  {
    name: 'a track disabled before it is published arrives disabled, without an event',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await alice.room.evaluate(async ({ localParticipant }) => {
        const track = await window.Twilio.Video.createLocalAudioTrack({ name: 'muted' })
        await localParticipant.publishTrack(track.disable())
      })
      await bob.event('trackPublished', { identity: 'alice', track: 'muted' })
      assert.equal((await bob.sights())[0]?.tracks[0]?.enabled, false)
      assert.deepEqual(await bob.events('trackDisabled'), [])
    },
  },
  {
    name: 'a track carries its priority, and a change of it reaches the others',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await alice.room.evaluate(async ({ localParticipant }) => {
        const track = await window.Twilio.Video.createLocalVideoTrack({ name: 'mine', width: 160, height: 120 })
        await localParticipant.publishTrack(track, { priority: 'low' })
      })
      await bob.event('trackPublished', { track: 'mine' })
      assert.equal((await bob.sights())[0]?.tracks[0]?.priority, 'low')
      for (const priority of ['high', 'standard'] as const) {
        await alice.room.evaluate(({ localParticipant }, priority) => {
          localParticipant.videoTracks.forEach((publication) => publication.setPriority(priority))
        }, priority)
        await bob.event('trackPublishPriorityChanged', { track: 'mine', value: priority })
        assert.equal((await bob.sights())[0]?.tracks[0]?.priority, priority)
      }
    },
  },
  {
    name: 'a subscriber may set a priority of its own, and take it back',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      await alice.publish('video', 'mine')
      await bob.event('trackSubscribed', { track: 'mine' })
      const priorities = await bob.room.evaluate((room) => {
        const [publication] = [...room.participants.values()].flatMap(({ videoTracks }) => [...videoTracks.values()])
        const track = publication?.track
        if (!track) throw new Error('not subscribed')
        return (['high', 'low', null] as const).map((priority) => {
          track.setPriority(priority)
          return track.priority
        })
      })
      assert.deepEqual(priorities, ['high', 'low', null])
    },
  },
  {
    name: 'one track published to two rooms has a sid and a priority in each',
    async run(world) {
      const page = await world.openPage()
      const rooms = await Promise.all(['a', 'b'].map((room) => world.join('alice', { page, room })))
      const [first, second] = rooms
      assert.ok(first && second)
      const sids = await page.evaluate(
        async ([first, second]) => {
          const track = await window.Twilio.Video.createLocalAudioTrack()
          const publications = await Promise.all([
            first.localParticipant.publishTrack(track, { priority: 'low' }),
            second.localParticipant.publishTrack(track, { priority: 'high' }),
          ])
          return publications.map((publication) => [publication.trackSid, publication.priority])
        },
        [first.room, second.room] as const,
      )
      assert.deepEqual(
        sids.map(([, priority]) => priority),
        ['low', 'high'],
      )
      assert.notEqual(sids[0]?.[0], sids[1]?.[0])
    },
  },
  {
    name: 'a publish that the end of the room overtakes is rejected',
    async run(world) {
      const alice = await world.join('alice', { room: 'a' })
      const message = await alice.room.evaluate(async (room) => {
        const publishing = room.localParticipant.publishTrack(new window.Twilio.Video.LocalDataTrack())
        room.disconnect()
        return publishing.then(
          () => 'published',
          (error: Error) => error.message,
        )
      })
      assert.equal(message, 'LocalParticipant disconnected')
    },
  },
  failed('a track name of 129 characters', 53302, ['a'.repeat(129)]),
  failed('a second track of one name', 53304, ['same', 'same']),
  {
    name: 'of two tracks with one name from the start, the second fails and the first stays',
    async run(world) {
      const page = await world.openPage()
      const bob = await world.join('bob', { page, room: 'a' })
      const codes = await page.evaluate(async (token) => {
        const { LocalDataTrack } = window.Twilio.Video
        const tracks = [new LocalDataTrack({ name: 'same' }), new LocalDataTrack({ name: 'same' })]
        const room = await window.stage.connect(token, { name: 'a', tracks })
        return (await window.stage.event(room, 'local.trackPublicationFailed')).code
      }, world.token('alice'))
      assert.equal(codes, 53304)
      await bob.event('trackSubscribed', { identity: 'alice', track: 'same' })
      assert.equal((await bob.sights())[0]?.tracks.length, 1)
    },
  },
  {
    name: 'a room for audio only refuses video with 53125 and takes audio and data',
    async run(world) {
      await world.rest.video.v1.rooms.create({ uniqueName: 'radio', audioOnly: true })
      const alice = await world.join('alice', { room: 'radio' })
      await alice.publish('audio', 'voice')
      await alice.publish('data', 'notes')
      const code = await alice.room.evaluate(async ({ localParticipant }) => {
        const track = await window.Twilio.Video.createLocalVideoTrack({ width: 160, height: 120 })
        return localParticipant.publishTrack(track).then(
          () => 'published',
          (error: { code: number }) => error.code,
        )
      })
      assert.equal(code, 53125)
    },
  },
]

function failed(what: string, code: number, names: string[]): Scenario {
  return {
    name: `${what} fails with ${code}, and the others never see it`,
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      const outcomes = await alice.room.evaluate(async ({ localParticipant }, names) => {
        const outcomes: (string | number)[] = []
        for (const name of names) {
          const publishing = localParticipant.publishTrack(new window.Twilio.Video.LocalDataTrack({ name }))
          outcomes.push(
            await publishing.then(
              () => 'published',
              (error: { code: number }) => error.code,
            ),
          )
        }
        return outcomes
      }, names)
      assert.deepEqual(outcomes, [...names.slice(1).map(() => 'published'), code])
      await alice.event('local.trackPublicationFailed', { code })
      await alice.publish('data', 'a mark')
      await bob.event('trackSubscribed', { track: 'a mark' })
      const seen = (await bob.events('trackPublished')).map(({ track }) => track)
      assert.deepEqual(seen, [...names.slice(1), 'a mark'])
    },
  }
}

function article(kind: string): string {
  return kind === 'audio' ? 'an audio' : `a ${kind}`
}
