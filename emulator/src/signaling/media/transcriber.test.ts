import { describe, expect, it } from 'vitest'
import { createManualClock } from '../../clock.ts'
import { createRoom, createState, createTranscription, joinRoom, publishTrack } from '../../state/index.ts'
import { Transcriber } from './transcriber.ts'

const SILENCE = 127
const SPEECH = 30

/** A room in which alice publishes sound, and what those who listen are sent. */
function createScene(configuration?: Record<string, string>) {
  const state = createState({ clock: createManualClock(), accountSid: 'AC1' })
  const room = createRoom(state, { name: 'a' })
  const alice = joinRoom(state, 'a', { identity: 'alice' })
  const track = publishTrack(state, alice, { kind: 'audio', name: 'mic' })
  if (configuration) createTranscription(state, room, configuration)
  const sent: Record<string, unknown>[] = []
  const transcriber = new Transcriber({
    room,
    now: () => state.clock.now(),
    send: (message) => sent.push({ ...message }),
  })
  const hear = (...levels: number[]): void => {
    for (const level of levels) {
      transcriber.addPacket(alice.sid, level)
      transcriber.tick()
    }
  }
  return { state, alice, track, transcriber, sent, hear }
}

describe('Transcriber', () => {
  it('writes something when somebody has spoken, as the SDK wants to read it', () => {
    const { alice, track, sent, hear } = createScene({ languageCode: 'de-DE' })
    hear(SILENCE, SPEECH, SPEECH, SILENCE)
    expect(sent).toEqual([])
    hear(SILENCE)
    expect(sent).toEqual([
      {
        type: 'extension_transcriptions',
        transcription: '[speech]',
        partial_results: false,
        language_code: 'de-DE',
        participant: alice.sid,
        track: track.sid,
        sequence_number: 1,
        timestamp: '2026-01-01T00:00:00.000Z',
      },
    ])
  })

  it('writes what is not final yet if that is wanted, and an end to those who never pause', () => {
    const { sent, hear } = createScene({ partialResults: 'true' })
    hear(...Array.from({ length: 10 }, () => SPEECH))
    expect(sent.map(({ partial_results: isPartial }) => isPartial)).toEqual([true, true, true, false])
    expect(sent.map(({ sequence_number: number }) => number)).toEqual([1, 2, 3, 4])
  })

  it('writes what it is told that somebody says', () => {
    const { alice, transcriber, sent } = createScene({})
    expect(transcriber.say(alice, { text: 'Guten Tag', isPartial: true, languageCode: 'de-DE' })).toBe(true)
    expect(sent).toEqual([
      expect.objectContaining({ transcription: 'Guten Tag', partial_results: true, language_code: 'de-DE' }),
    ])
  })

  it('writes nothing of a room that is not transcribed, nor of who publishes no sound', () => {
    const { state, alice, transcriber, sent, hear } = createScene()
    hear(SPEECH, SPEECH, SILENCE, SILENCE)
    expect(transcriber.say(alice)).toBe(false)
    createTranscription(state, alice.room)
    const bob = joinRoom(state, 'a', { identity: 'bob' })
    expect(transcriber.say(bob, { text: 'hello' })).toBe(false)
    expect(sent).toEqual([])
  })
})
