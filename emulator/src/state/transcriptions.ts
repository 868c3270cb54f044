import { randomUUID } from 'node:crypto'
import { TwilioError } from '../errors.ts'
import { hasMediaServer, type Room, type Transcription, type TranscriptionStatus } from './entities.ts'
import type { State } from './state.ts'

/**
 * Begins to transcribe a room.
 * @throws TwilioError 53118 when the room is over, 53114 when rooms of its type have no transcriptions
 */
export function createTranscription(
  state: State,
  room: Room,
  configuration: Readonly<Record<string, string>> = {},
): Transcription {
  if (room.status === 'completed') throw new TwilioError(53118)
  if (!hasMediaServer(room.settings.type)) throw new TwilioError(53114)
  const existing = room.transcription
  if (existing) {
    updateTranscription(state, existing, { status: 'started', configuration })
    return existing
  }
  const transcription: Transcription = {
    id: `video_extension_${randomUUID()}`,
    room,
    ordinal: state.nextOrdinal(),
    createdAt: state.clock.now(),
    status: 'started',
    configuration,
    updatedAt: null,
    startedAt: null,
    endedAt: null,
    elapsedMs: 0,
    runningSince: null,
    texts: 0,
  }
  room.transcription = transcription
  runTranscription(state, room)
  return transcription
}

/** Starts or stops a transcription; a configuration is laid over the one before. @throws TwilioError 53118 */
export function updateTranscription(
  state: State,
  transcription: Transcription,
  { status, configuration }: { status?: TranscriptionStatus; configuration?: Readonly<Record<string, string>> },
): void {
  if (transcription.room.status === 'completed') throw new TwilioError(53118)
  transcription.configuration = { ...transcription.configuration, ...configuration }
  transcription.updatedAt = state.clock.now()
  if (status === 'stopped') stopTranscription(state, transcription.room)
  if (status === 'started' && transcription.status !== 'started') {
    transcription.status = 'started'
    transcription.endedAt = null
    runTranscription(state, transcription.room)
  }
}

/** A transcription is under way only with someone in the room. */
export function runTranscription(state: State, room: Room): void {
  const { transcription } = room
  if (transcription?.status !== 'started' || room.connected.size === 0) return
  transcription.startedAt ??= state.clock.now()
  transcription.runningSince ??= state.clock.now()
}

/** Stops a room's transcription, if there is one. */
export function stopTranscription(state: State, room: Room): void {
  const { transcription } = room
  if (transcription?.status !== 'started') return
  const now = state.clock.now()
  transcription.status = 'stopped'
  transcription.endedAt = now
  transcription.elapsedMs += now - (transcription.runningSince ?? now)
  transcription.runningSince = null
}
