import { isRoomkeyError, type EndReason, type RoomkeyError } from '@roomkey/client'
import { errorMessage, NO_WEBRTC, ROOM_GONE } from './error-messages.ts'
import type { UserMessage } from './user-message.ts'

/** What a person reads when a call is over, or when it never began: then they were not inside. */
export function endMessage(reason: EndReason, error: unknown, wasInside: boolean): UserMessage {
  if (wasInside) return MESSAGES[reason]
  // An error of the SDK says nothing to people.
  if (isRoomkeyError(error) && isToldByError(reason, error)) return errorMessage(error)
  return BEFORE[reason] ?? MESSAGES[reason]
}

/** Whether the error has more to say than the reason. Of what Twilio refuses, the number tells no more. */
function isToldByError(reason: EndReason, { code, twilioCode }: RoomkeyError): boolean {
  if (reason === 'refused') return code !== 'JOIN_FAILED' || twilioCode === undefined
  // Without a number it was Roomkey's server that could not be reached, before any call.
  if (reason === 'lost') return code === 'NETWORK_ERROR' && twilioCode === undefined
  return TOLD_BY_ERROR.has(reason)
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
  'token-expired': {
    title: 'Your pass for this call has run out',
    text: 'It was good for a limited time. Join again to go on.',
  },
  lost: {
    title: 'The connection was lost',
    text: 'It did not come back in time. Check your network and join again.',
  },
  'no-media': {
    title: 'Camera or microphone could not be opened',
    text: 'Check that they are plugged in and not used by another program, or join without them.',
  },
  unsupported: NO_WEBRTC,
  failed: { title: 'The call failed', text: 'Something unexpected happened. Join again to go on.' },
}

/** Where it reads differently to somebody who was never inside. */
const BEFORE: Partial<Record<EndReason, UserMessage>> = {
  left: { title: 'You did not join', text: 'You can join for as long as the room is open.' },
  lost: { title: 'No connection to the call', text: 'Your network let none through. Check it and try again.' },
  completed: ROOM_GONE,
}

const TOLD_BY_ERROR: ReadonlySet<EndReason> = new Set(['failed', 'no-media', 'unsupported'])

const REJOINABLE: ReadonlySet<EndReason> = new Set([
  'left',
  'removed',
  'replaced',
  'token-expired',
  'duration-exceeded',
  'full',
  'lost',
  'no-media',
  'failed',
])
