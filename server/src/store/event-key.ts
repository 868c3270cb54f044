import { createHash } from 'node:crypto'
import type { NewEvent } from './new-event.ts'

/**
 * Identifies what happened, so that two reports of it have the same key. What happens only once to a participant,
 * track, recording or room is identified by its subject; what may happen again, by the time as well.
 */
export function toEventKey(event: NewEvent): string {
  switch (event.type) {
    case 'room-created':
    case 'room-ended':
      return `${event.type}:${event.roomSid}`
    case 'participant-connected':
    case 'participant-disconnected':
      return `${event.type}:${event.participantSid}`
    case 'track-added':
    case 'track-removed':
      return `${event.type}:${event.trackSid}`
    case 'track-enabled':
    case 'track-disabled':
      return `${event.type}:${event.trackSid}:${moment(event)}`
    case 'recording-started':
    case 'recording-completed':
      return `${event.type}:${event.recordingSid}`
    case 'recording-failed':
      return `${event.type}:${event.recordingSid}:${event.failedOperation}`
    case 'composition-enqueued':
    case 'composition-started':
    case 'composition-available':
    case 'composition-failed':
      return `${event.type}:${event.compositionSid}`
    case 'composition-progress':
      return `${event.type}:${event.compositionSid}:${moment(event)}`
    case 'composition-hook-failed':
    case 'transcription-started':
    case 'transcription-stopped':
    case 'transcription-failed':
      return `${event.type}:${event.roomSid}:${moment(event)}`
    case 'unknown':
      break
  }
  return `${event.type}:${hash(event.parameters)}`
}

function moment({ at, sequenceNumber }: NewEvent): string {
  return `${at}:${sequenceNumber}`
}

function hash(parameters: Record<string, string>): string {
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1))
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex')
}
