import type { EndReason } from '@roomkey/client'
import { errorMessage, type UserMessage } from './error-messages.ts'

/** What a person reads when a call is over or never began. */
export function endMessage(reason: EndReason, error: unknown): UserMessage {
  return error != null && TOLD_BY_ERROR.has(reason) ? errorMessage(error) : MESSAGES[reason]
}

/** Whether joining the same room again can help. */
export function canRejoin(reason: EndReason): boolean {
  return REJOINABLE.has(reason)
}

const MESSAGES: Record<EndReason, UserMessage> = {
  left: { title: 'You left the room', text: 'It goes on without you for as long as someone is inside.' },
  completed: { title: 'The room has ended', text: 'Someone ended it for everyone, or its time was up.' },
  removed: { title: 'You were removed from the room', text: 'A host took you out of this call.' },
  replaced: {
    title: 'You joined from somewhere else',
    text: 'The call goes on in another tab or on another device under your name. If that is not you, choose another name and come back.',
  },
  'duration-exceeded': {
    title: 'Your time in this room is up',
    text: 'The room lets each person stay only so long. You can come back in.',
  },
  full: { title: 'The room is full', text: 'Everyone who fits is inside. Try again when someone has left.' },
  'not-found': { title: 'No such room', text: 'It may have ended, or the name is spelled differently.' },
  refused: { title: 'You could not be let in', text: 'The room did not accept you. Ask the person who opened it.' },
  lost: {
    title: 'The connection was lost',
    text: 'It did not come back in time. Check your network and join again.',
  },
  'no-media': {
    title: 'Camera or microphone could not be opened',
    text: 'Check that they are plugged in and not used by another program, or join without them.',
  },
  failed: { title: 'The call failed', text: 'Something unexpected happened. Join again to go on.' },
}

/** Reasons for which the error has more to say than the reason. */
const TOLD_BY_ERROR: ReadonlySet<EndReason> = new Set(['refused', 'failed'])

const REJOINABLE: ReadonlySet<EndReason> = new Set([
  'left',
  'removed',
  'replaced',
  'duration-exceeded',
  'full',
  'lost',
  'no-media',
  'failed',
])
