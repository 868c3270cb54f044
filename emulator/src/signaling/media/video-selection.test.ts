import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock.ts'
import { createState, joinRoom, publishTrack, updateTrack, type Track } from '../../state/index.ts'
import {
  SILENCE,
  UNSEEN_LAYER,
  VideoSelection,
  type BandwidthProfile,
  type Speech,
  type VideoOption,
} from './video-selection.ts'

describe('VideoSelection', () => {
  it('switches nothing off where nothing was asked for', () => {
    expect(new VideoSelection().select(optionsOf(...videoOf('alice', 'bob')), SILENCE)).toBeNull()
  })

  it('switches off what is beyond the limit, the youngest first', () => {
    const [alice, bob, carol] = videoOf('alice', 'bob', 'carol')
    const selection = createSelection({ maxTracks: 2 }, [alice, bob, carol])
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toEqual({ off: [carol.sid], on: [] })
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toBeNull()
    expect(selection.select(optionsOf(bob, carol), SILENCE)).toEqual({ off: [], on: [carol.sid] })
  })

  it('takes a limit of the bitrate for one of 100 kbit/s a track, and leaves one track at least', () => {
    const [alice, bob, carol] = videoOf('alice', 'bob', 'carol')
    const selection = createSelection({ maxBitrate: 299_999 }, [alice, bob, carol])
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toEqual({ off: [carol.sid], on: [] })
    selection.profile = { maxBitrate: 400, maxTracks: 0 }
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toEqual({ off: [bob.sid], on: [] })
    selection.profile = { maxBitrate: 5_000_000, maxTracks: 2 }
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toEqual({ off: [], on: [bob.sid] })
    selection.profile = { maxBitrate: 0 }
    expect(selection.select(optionsOf(alice, bob, carol), SILENCE)).toEqual({ off: [], on: [carol.sid] })
  })

  it('leaves a track alone that has only just come', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice])
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toBeNull()
    for (let tick = 0; tick < 4; tick++) selection.tick([alice, bob])
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [bob.sid], on: [] })
    // The client has begun a connection anew.
    selection.tick([])
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toBeNull()
  })

  it('goes by the publisher’s priority, unless the client has one of its own', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    updateTrack(state, bob, { priority: 'high' })
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [alice.sid], on: [] })
    selection.prioritize(bob.sid, 'low')
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [bob.sid], on: [alice.sid] })
    selection.prioritize(bob.sid, null)
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [alice.sid], on: [bob.sid] })
  })

  it('prefers the dominant speaker among equals, and above others if asked to', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    expect(selection.select(optionsOf(alice, bob), speaking(bob))).toEqual({ off: [alice.sid], on: [] })
    updateTrack(state, alice, { priority: 'high' })
    expect(selection.select(optionsOf(alice, bob), speaking(bob))).toEqual({ off: [bob.sid], on: [alice.sid] })
    selection.profile = { maxTracks: 1, speakerPriority: 'high' }
    expect(selection.select(optionsOf(alice, bob), speaking(bob))).toEqual({ off: [alice.sid], on: [bob.sid] })
  })

  it('goes by the track’s own priority between a dominant speaker who was raised and one who is as loud', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    updateTrack(state, alice, { priority: 'low' })
    expect(selection.select(optionsOf(alice, bob), speaking(alice))).toEqual({ off: [bob.sid], on: [] })
    expect(selection.select(optionsOf(alice, bob), speaking(alice, bob))).toEqual({ off: [alice.sid], on: [bob.sid] })
    // Of two that are equal in all of that, the dominant speaker stays.
    updateTrack(state, bob, { priority: 'low' })
    selection.profile = { maxTracks: 1, speakerPriority: 'low' }
    expect(selection.select(optionsOf(alice, bob), speaking(bob, alice))).toBeNull()
    expect(selection.select(optionsOf(alice, bob), speaking(alice, bob))).toEqual({ off: [bob.sid], on: [alice.sid] })
  })

  it('raises nobody for a client without a dominant speaker, and prefers the loudest among equals', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    const loud = { ...speaking(bob), dominantSid: null }
    expect(selection.select(optionsOf(alice, bob), loud)).toEqual({ off: [alice.sid], on: [] })
    updateTrack(state, bob, { priority: 'low' })
    expect(selection.select(optionsOf(alice, bob), loud)).toEqual({ off: [bob.sid], on: [alice.sid] })
  })

  it('switches off what the client hides, and gives its place to another', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    selection.select(optionsOf(alice, bob), SILENCE)
    selection.hide(alice.sid, true)
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [alice.sid], on: [bob.sid] })
    selection.hide(alice.sid, false)
    expect(selection.select(optionsOf(alice, bob), SILENCE)).toEqual({ off: [bob.sid], on: [alice.sid] })
  })

  it('gives each the smallest layer that fills the size in which it is shown, whichever way up', () => {
    const [alice, bob, carol] = videoOf('alice', 'bob', 'carol')
    const selection = createSelection({ renderDimensions: { low: { width: 100, height: 100 } } }, [alice, bob, carol])
    const layers = () => {
      selection.select(layeredOf(alice, bob, carol), SILENCE)
      return [alice, bob, carol].map(({ sid }) => selection.layerOf(sid))
    }
    expect(layers()).toEqual([2, 2, 2])
    selection.resize(alice.sid, { width: 320, height: 180 })
    selection.resize(bob.sid, { width: 90, height: 160 })
    selection.prioritize(carol.sid, 'low')
    expect(layers()).toEqual([1, 0, 0])
    selection.resize(alice.sid, { width: 1920, height: 1080 })
    expect(layers()).toEqual([2, 0, 0])
  })

  it('lets all grow in turn, and the more important ones first where the profile says so', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    updateTrack(state, bob, { priority: 'high' })
    const layers = (profile: BandwidthProfile) => {
      const selection = createSelection(profile, [alice, bob])
      selection.select(layeredOf(alice, bob), SILENCE)
      return [alice, bob].map(({ sid }) => selection.layerOf(sid))
    }
    // Layers of 100, 300 and 1,000 kbit/s.
    expect(layers({ maxBitrate: 700_000 })).toEqual([1, 1])
    expect(layers({ maxBitrate: 1_200_000 })).toEqual([1, 1])
    expect(layers({ maxBitrate: 1_200_000, isGraded: true })).toEqual([0, 2])
    expect(layers({ maxBitrate: 1_300_000 })).toEqual([1, 2])
  })

  it('takes no more than the network does, which may be less than the client allows', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxBitrate: 2_000_000 }, [alice, bob])
    expect(selection.select(layeredOf(alice, bob), SILENCE, 400_000)).toBeNull()
    expect([alice, bob].map(({ sid }) => selection.layerOf(sid))).toEqual([1, 0])
    expect(selection.select(layeredOf(alice, bob), SILENCE, 150_000)).toEqual({ off: [bob.sid], on: [] })
    expect(selection.select(layeredOf(alice, bob), SILENCE, 40_000)).toEqual({ off: [alice.sid], on: [] })
    // It takes a little more to come back, so that they do not come and go.
    expect(selection.select(layeredOf(alice, bob), SILENCE, 55_000)).toBeNull()
    expect(selection.select(layeredOf(alice, bob), SILENCE, 205_000)).toEqual({ off: [], on: [alice.sid] })
    expect(selection.select(layeredOf(alice, bob), SILENCE, 250_000)).toEqual({ off: [], on: [bob.sid] })
  })

  it('makes all smaller, and switches none off, for a client that wants that', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxBitrate: 150_000, maySwitchOff: false }, [alice, bob])
    expect(selection.select(layeredOf(alice, bob), SILENCE)).toBeNull()
    expect([alice, bob].map(({ sid }) => selection.layerOf(sid))).toEqual([0, 0])
  })
})

/** A selection to which these tracks are no news. */
function createSelection(profile: BandwidthProfile, tracks: readonly Track[]): VideoSelection {
  const selection = new VideoSelection(profile)
  for (let tick = 0; tick < 4; tick++) selection.tick(tracks)
  return selection
}

const state = createState({ clock: createManualClock(), accountSid: 'AC' })

/** A video track of each, published one after the other. */
function videoOf(...identities: string[]): [Track, Track, Track] {
  const room = `room ${state.rooms.size}`
  const [one, two, three] = identities.map((identity) =>
    publishTrack(state, joinRoom(state, room, { identity }), { kind: 'video', name: 'camera' }),
  )
  if (!one || !two) throw new Error('Two at least')
  return [one, two, three ?? two]
}

/** The publisher of the first is the dominant speaker, those of the others are as loud. */
function speaking(dominant: Track, ...others: readonly Track[]): Speech {
  const loudestSids = new Set([dominant, ...others].map(({ publisher }) => publisher.sid))
  return { dominantSid: dominant.publisher.sid, loudestSids }
}

function optionsOf(...tracks: readonly Track[]): VideoOption[] {
  return tracks.map((track) => ({ track, layers: [UNSEEN_LAYER] }))
}

/** As simulcast: each in three layers. */
function layeredOf(...tracks: readonly Track[]): VideoOption[] {
  const layers = [
    { bitsPerSecond: 100_000, dimensions: { width: 160, height: 90 } },
    { bitsPerSecond: 300_000, dimensions: { width: 320, height: 180 } },
    { bitsPerSecond: 1_000_000, dimensions: { width: 640, height: 360 } },
  ]
  return tracks.map((track) => ({ track, layers }))
}
