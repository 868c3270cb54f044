import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock.ts'
import { createState, joinRoom, publishTrack, updateTrack, type Track } from '../../state/index.ts'
import { UNSEEN_LAYER, VideoSelection, type BandwidthProfile, type VideoOption } from './video-selection.ts'

describe('VideoSelection', () => {
  it('switches nothing off where nothing was asked for', () => {
    expect(new VideoSelection().select(optionsOf(...videoOf('alice', 'bob')), null)).toBeNull()
  })

  it('switches off what is beyond the limit, the youngest first', () => {
    const [alice, bob, carol] = videoOf('alice', 'bob', 'carol')
    const selection = createSelection({ maxTracks: 2 }, [alice, bob, carol])
    expect(selection.select(optionsOf(alice, bob, carol), null)).toEqual({ off: [carol.sid], on: [] })
    expect(selection.select(optionsOf(alice, bob, carol), null)).toBeNull()
    expect(selection.select(optionsOf(bob, carol), null)).toEqual({ off: [], on: [carol.sid] })
  })

  it('takes a limit of the bitrate for one of 100 kbit/s a track, and leaves one track at least', () => {
    const [alice, bob, carol] = videoOf('alice', 'bob', 'carol')
    const selection = createSelection({ maxBitrate: 299_999 }, [alice, bob, carol])
    expect(selection.select(optionsOf(alice, bob, carol), null)).toEqual({ off: [carol.sid], on: [] })
    selection.profile = { maxBitrate: 400, maxTracks: 0 }
    expect(selection.select(optionsOf(alice, bob, carol), null)).toEqual({ off: [bob.sid], on: [] })
    selection.profile = { maxBitrate: 5_000_000, maxTracks: 2 }
    expect(selection.select(optionsOf(alice, bob, carol), null)).toEqual({ off: [], on: [bob.sid] })
    selection.profile = { maxBitrate: 0 }
    expect(selection.select(optionsOf(alice, bob, carol), null)).toEqual({ off: [], on: [carol.sid] })
  })

  it('leaves a track alone that has only just come', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice])
    expect(selection.select(optionsOf(alice, bob), null)).toBeNull()
    for (let tick = 0; tick < 4; tick++) selection.tick([alice, bob])
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [bob.sid], on: [] })
  })

  it('goes by the publisher’s priority, unless the client has one of its own', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    updateTrack(state, bob, { priority: 'high' })
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [alice.sid], on: [] })
    selection.prioritize(bob.sid, 'low')
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [bob.sid], on: [alice.sid] })
    selection.prioritize(bob.sid, null)
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [alice.sid], on: [bob.sid] })
  })

  it('prefers the dominant speaker among equals, and above others if asked to', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    expect(selection.select(optionsOf(alice, bob), bob.publisher.sid)).toEqual({ off: [alice.sid], on: [] })
    updateTrack(state, alice, { priority: 'high' })
    expect(selection.select(optionsOf(alice, bob), bob.publisher.sid)).toEqual({ off: [bob.sid], on: [alice.sid] })
    selection.profile = { maxTracks: 1, speakerPriority: 'high' }
    expect(selection.select(optionsOf(alice, bob), bob.publisher.sid)).toEqual({ off: [alice.sid], on: [bob.sid] })
  })

  it('switches off what the client hides, and gives its place to another', () => {
    const [alice, bob] = videoOf('alice', 'bob')
    const selection = createSelection({ maxTracks: 1 }, [alice, bob])
    selection.select(optionsOf(alice, bob), null)
    selection.hide(alice.sid, true)
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [alice.sid], on: [bob.sid] })
    selection.hide(alice.sid, false)
    expect(selection.select(optionsOf(alice, bob), null)).toEqual({ off: [bob.sid], on: [alice.sid] })
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

function optionsOf(...tracks: readonly Track[]): VideoOption[] {
  return tracks.map((track) => ({ track, layers: [UNSEEN_LAYER] }))
}
