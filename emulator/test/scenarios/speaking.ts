import assert from 'node:assert/strict'
import type { Scenario } from './scenario.ts'

/** What Twilio says over data channels: who speaks, how good the network is, which video is switched off. */
export const speaking: Scenario[] = [
  {
    name: 'the dominant speaker is who can be heard, and another once that one is muted',
    async run(world) {
      const options = { room: 'a', dominantSpeaker: true }
      const carol = await world.join('carol', options)
      const alice = await world.join('alice', { ...options, audio: true })
      await carol.event('dominantSpeakerChanged', { identity: 'alice' })

      const bob = await world.join('bob', options)
      await bob.publish('audio', 'voice')
      await alice.room.evaluate(({ localParticipant }) =>
        localParticipant.audioTracks.forEach(({ track }) => track.disable()),
      )
      await carol.event('dominantSpeakerChanged', { identity: 'bob' })
      assert.equal(await carol.room.evaluate(({ dominantSpeaker }) => dominantSpeaker?.identity), 'bob')
    },
  },
  {
    name: 'network quality is rated for oneself and for the others, in the detail asked for',
    async run(world) {
      const networkQuality = { local: 3, remote: 2 } as const
      const [alice, bob] = await Promise.all([
        world.join('alice', { room: 'a', audio: true, networkQuality }),
        world.join('bob', { room: 'a', audio: true, networkQuality }),
      ])
      await alice.event('local.networkQualityLevelChanged')
      await bob.event('local.networkQualityLevelChanged')
      const seen = await alice.page.evaluate(
        (room) =>
          window.stage.until('the quality of bob', () => {
            const [bob] = room.participants.values()
            const own = room.localParticipant.networkQualityStats
            if (!bob?.networkQualityStats || !own) return undefined
            return {
              own: room.localParticipant.networkQualityLevel,
              detail: own.audio?.sendStats !== null,
              bob: bob.networkQualityLevel,
              bobDetail: bob.networkQualityStats.audio?.sendStats !== null,
            }
          }),
        alice.room,
      )
      assert.deepEqual({ detail: seen.detail, bobDetail: seen.bobDetail }, { detail: true, bobDetail: false })
      for (const level of [seen.own, seen.bob]) assert.ok(level !== null && level >= 1 && level <= 5)
    },
  },
  {
    name: 'of two videos where one is allowed, the less important is switched off',
    async run(world) {
      const alice = await world.join('alice', { room: 'a', video: true })
      const bandwidthProfile = { video: { maxTracks: 1 } }
      const carol = await world.join('carol', { room: 'a', bandwidthProfile })
      await carol.event('trackSubscribed', { identity: 'alice' })
      await world.join('bob', { room: 'a', video: true })
      await carol.event('trackSwitchedOff', { identity: 'bob' })
      await alice.room.evaluate(({ localParticipant }) =>
        localParticipant.videoTracks.forEach((publication) => publication.setPriority('low')),
      )
      await carol.event('trackSwitchedOn', { identity: 'bob' })
      await carol.event('trackSwitchedOff', { identity: 'alice' })
    },
  },
  {
    name: 'who asks for none of it has no peer connection to spare',
    async run(world) {
      const alice = await world.join('alice', { room: 'a' })
      assert.equal(await alice.room.evaluate(({ dominantSpeaker }) => dominantSpeaker), null)
      assert.equal(await alice.room.evaluate(({ localParticipant }) => localParticipant.networkQualityLevel), null)
      assert.equal(await alice.room.evaluate(async (room) => (await room.getStats()).length), 1)
    },
  },
]
