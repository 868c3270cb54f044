import { beforeEach, describe, expect, it } from 'vitest'
import { ReceiverTracks } from './receiver-tracks.ts'
import type { SessionDescription } from '../message.ts'
import { readSenderTracks } from './sender-tracks.ts'

let receiverTracks: ReceiverTracks
let revision = 0
beforeEach(() => {
  receiverTracks = new ReceiverTracks()
})

describe('ReceiverTracks', () => {
  it('passes on what comes and goes', () => {
    expect(tell('offer', { 0: 'voice' })).toEqual({ 0: 'voice' })
    expect(tell('offer', { 0: 'voice', 1: 'picture' })).toEqual({ 0: 'voice', 1: 'picture' })
    expect(tell('offer', { 1: 'picture' })).toEqual({ 1: 'picture' })
    expect(tell('offer', { 0: 'another', 1: 'picture' })).toEqual({ 0: 'another', 1: 'picture' })
  })

  it('lets a line pause between two tracks', () => {
    tell('offer', { 0: 'voice', 1: 'picture' })
    expect(tell('offer', { 0: 'another', 1: 'picture' })).toEqual({ 1: 'picture' })
    expect(tell('offer', { 0: 'another', 1: 'picture' })).toEqual({ 0: 'another', 1: 'picture' })
  })

  it.each(['offer', 'answer'] as const)(
    'begins a track anew that came with an %s while the receiver freed its line',
    (type) => {
      say('offer', { 0: 'own' })
      tell(type, { 0: 'voice' })
      expect(say(type === 'offer' ? 'answer' : 'offer', {})).toBe(true)
      expect(tell('offer', { 0: 'voice' })).toEqual({})
      expect(tell('offer', { 0: 'voice' })).toEqual({ 0: 'voice' })
    },
  )

  it('leaves a track alone when the receiver freed another line, or freed it later', () => {
    say('offer', { 0: 'own', 1: 'other' })
    tell('offer', { 0: 'voice' })
    expect(say('answer', { 0: 'own' })).toBe(false)
    expect(say('offer', {})).toBe(false)
    expect(tell('answer', { 0: 'voice' })).toEqual({ 0: 'voice' })
  })

  it('does not take a track for gone that an answer cannot send, as the offer does not receive on its line', () => {
    say('offer', { 0: 'own' })
    tell('offer', { 0: 'voice' })
    expect(say('answer', { 0: 'own' }, 'recvonly')).toBe(false)
    expect(say('offer', { 0: 'own' })).toBe(false)
    expect(tell('offer', { 0: 'voice' })).toEqual({ 0: 'voice' })
  })

  it('draws no conclusion from a local description that may be older than the track', () => {
    const first = describeTracks('offer', { 0: 'own' })
    receiverTracks.applyLocal(first)
    tell('answer', { 0: 'voice' })
    // Again, on a new socket.
    expect(receiverTracks.applyLocal(first)).toBe(false)
    expect(say('offer', {})).toBe(true)

    say('answer', { 1: 'own' })
    const crossing = describeTracks('offer', { 1: 'own', 2: 'other' })
    tell('offer', { 1: 'picture' })
    expect(receiverTracks.applyLocal(crossing)).toBe(false)
    expect(say('answer', {})).toBe(true)
  })

  it('begins a track anew when the answer that freed its line was lost', () => {
    say('offer', { 0: 'own' })
    tell('offer', { 0: 'voice' })
    expect(say('offer', {})).toBe(true)
  })
})

function tell(type: 'offer' | 'answer', tracks: Record<string, string>): Record<string, string> {
  return Object.fromEntries(readSenderTracks(receiverTracks.applyRemote(describeTracks(type, tracks)).sdp))
}

function say(type: 'offer' | 'answer', tracks: Record<string, string>, direction?: string): boolean {
  return receiverTracks.applyLocal(describeTracks(type, tracks, direction))
}

function describeTracks(
  type: 'offer' | 'answer',
  tracks: Record<string, string>,
  direction = 'sendrecv',
): SessionDescription {
  const sections = Object.entries(tracks).map(([mid, track]) => [
    'm=audio',
    `a=mid:${mid}`,
    `a=msid:- ${track}`,
    `a=${direction}`,
  ])
  // No two descriptions of a browser are the same.
  return { type, revision: ++revision, sdp: ['v=0', `o=- ${revision}`, ...sections.flat(), ''].join('\r\n') }
}
