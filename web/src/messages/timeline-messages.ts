import type { RoomEvent } from '@roomkey/client'
import { displayName } from '../display-name.ts'

/** The types of events that a timeline tells of. */
export const TIMELINE_TYPES = [
  'room-created',
  'participant-connected',
  'participant-disconnected',
  'room-ended',
] as const

/** "Ada joined", "Ada left after 12 minutes"; `null` for what a timeline does not tell. */
export function timelineMessage(event: RoomEvent): string | null {
  if (event.type === 'room-created') return 'The room opened'
  if (event.type === 'room-ended') return 'The room ended'
  if (event.type === 'participant-connected') return `${displayName(event.identity).name} joined`
  if (event.type !== 'participant-disconnected') return null
  const stay = event.duration === null ? '' : ` after ${formatStay(event.duration)}`
  return `${displayName(event.identity).name} left${stay}`
}

/** "less than a minute", "1 minute", "1 hour 5 minutes". */
function formatStay(seconds: number): string {
  const minutes = Math.floor(seconds / 60)
  if (minutes < 1) return 'less than a minute'
  const parts = [count(Math.floor(minutes / 60), 'hour'), count(minutes % 60, 'minute')]
  return parts.filter((part) => part !== '').join(' ')
}

function count(number: number, unit: string): string {
  if (number === 0) return ''
  return number === 1 ? `1 ${unit}` : `${number} ${unit}s`
}
