import type { Participant, Room, Track } from '../../state/index.ts'

/** The channel on which clients are sent what is said. */
export const TRANSCRIPTIONS = 'extension_transcriptions'

/** A text for one participant's speech; without a text, what stands for words that nobody here understands. */
export type Speech = { text?: string; isPartial?: boolean; languageCode?: string }

export type TranscriberOptions = {
  room: Room
  /** The time of day, in milliseconds. */
  now: () => number
  /** Sends a message to every client that listens. */
  send: (message: object) => void
}

/** Quieter than this, in decibels below the loudest possible, is no speech. */
const SPEECH_DB = 50
/** After how many silent ticks a sentence is over. */
const TICKS_TO_END = 2
/** After how many ticks somebody who does not pause is interrupted. */
const MAX_TICKS = 10
/** Every how many ticks there is a text that is not final yet. */
const PARTIAL_TICKS = 3

/** What is heard of one participant since they began to speak. */
type Utterance = { loudest: number; ticks: number; silentTicks: number }

const SPEECH = '[speech]'

/**
 * Tells clients that, and what, somebody in a room says while it is transcribed. It hears from the loudness of packets
 * when someone speaks, and for how long; the words it does not understand: `[speech]` stands for them.
 * Source of the message: `TranscriptionEvent` of `twilio-video`.
 */
export class Transcriber {
  readonly #options: TranscriberOptions
  readonly #utterances = new Map<string, Utterance>()

  constructor(options: TranscriberOptions) {
    this.#options = options
  }

  /** Notes one packet; `decibelsBelowFull` is 0 to 127, which is silence. */
  addPacket(participantSid: string, decibelsBelowFull: number): void {
    if (!this.isUnderWay) return
    const utterance = this.#utterances.get(participantSid)
    if (utterance) utterance.loudest = Math.min(utterance.loudest, decibelsBelowFull)
    else if (decibelsBelowFull < SPEECH_DB) {
      this.#utterances.set(participantSid, { loudest: decibelsBelowFull, ticks: 0, silentTicks: 0 })
    }
  }

  /** To be called about twice a second. */
  tick(): void {
    if (!this.isUnderWay) this.#utterances.clear()
    for (const [sid, utterance] of this.#utterances) {
      const participant = this.#options.room.participants.get(sid)
      if (participant?.status === 'connected') this.#hear(participant, utterance)
      else this.#utterances.delete(sid)
    }
  }

  get isUnderWay(): boolean {
    return this.#options.room.transcription?.status === 'started'
  }

  /** @returns whether it was sent: somebody who publishes no sound says nothing */
  say(participant: Participant, { text = SPEECH, isPartial = false, languageCode }: Speech = {}): boolean {
    const { transcription } = this.#options.room
    const track = soundOf(participant)
    if (transcription?.status !== 'started' || track === undefined) return false
    this.#options.send({
      type: TRANSCRIPTIONS,
      transcription: text,
      partial_results: isPartial,
      language_code: languageCode ?? transcription.configuration['languageCode'] ?? 'en-US',
      participant: participant.sid,
      track: track.sid,
      sequence_number: ++transcription.texts,
      timestamp: new Date(this.#options.now()).toISOString(),
    })
    return true
  }

  #hear(participant: Participant, utterance: Utterance): void {
    const isSilent = utterance.loudest >= SPEECH_DB
    utterance.loudest = 127
    utterance.ticks++
    utterance.silentTicks = isSilent ? utterance.silentTicks + 1 : 0
    if (utterance.silentTicks >= TICKS_TO_END || utterance.ticks >= MAX_TICKS) {
      this.#utterances.delete(participant.sid)
      this.say(participant)
    } else if (utterance.ticks % PARTIAL_TICKS === 0 && this.#wantsPartials) {
      this.say(participant, { isPartial: true })
    }
  }

  get #wantsPartials(): boolean {
    return this.#options.room.transcription?.configuration['partialResults'] === 'true'
  }
}

/** Whether what a participant says is transcribed: they publish sound, in a room with a transcription. */
export function isTranscribed(participant: Participant): boolean {
  return participant.room.transcription?.status === 'started' && soundOf(participant) !== undefined
}

function soundOf(participant: Participant): Track | undefined {
  return [...participant.tracks.values()].find(({ kind, enabled }) => kind === 'audio' && enabled)
}
