import { toRoomkeyError, type RoomkeyError, type RoomkeyErrorCode } from '@roomkey/client'
import { deviceMessage } from './device-messages.ts'
import type { UserMessage } from './user-message.ts'

/** What a person reads when something fails. */
export function errorMessage(error: unknown): UserMessage {
  const known = toRoomkeyError(error)
  const message = MESSAGES[known.code]
  return typeof message === 'function' ? message(known) : message
}

const TWILIO_TROUBLE: UserMessage = {
  title: 'The video service has trouble',
  text: 'The server is up, but the video service behind it did not do its part. Try again in a moment.',
}
const NO_SERVER: UserMessage = {
  title: 'The server can’t be reached',
  text: 'Check your connection and try again.',
}
const ODD_PAGE: UserMessage = {
  title: 'This page and the server don’t understand each other',
  text: 'Load the page again. If that does not help, tell whoever runs this server.',
}
const UNKNOWN_INVITE: UserMessage = {
  title: 'This invitation is not known here',
  text: 'The link may be cut off. Ask for it again and copy all of it.',
}
/** Also what a person reads of an end for that reason. */
export const NO_WEBRTC: UserMessage = {
  title: 'This browser can’t make calls',
  text: 'It has no WebRTC, or it is turned off. Use a current Chrome, Edge, Firefox or Safari.',
}
export const ROOM_GONE: UserMessage = {
  title: 'This room has ended',
  text: 'Everyone has left, or someone ended it. Open a new room to go on.',
}

const MESSAGES: Record<RoomkeyErrorCode, UserMessage | ((error: RoomkeyError) => UserMessage)> = {
  INVALID_INPUT: ({ fields = [] }) =>
    fields.some(({ path }) => path === 'invite')
      ? UNKNOWN_INVITE
      : {
          title: 'That can’t be used',
          text: sentence(fields[0]?.message ?? 'Look over what you typed and try again'),
        },
  PROCEDURE_NOT_FOUND: ODD_PAGE,
  METHOD_NOT_SUPPORTED: ODD_PAGE,
  UNSUPPORTED_MEDIA_TYPE: ODD_PAGE,
  PAYLOAD_TOO_LARGE: ODD_PAGE,
  IDEMPOTENCY_KEY_REUSED: ODD_PAGE,
  BAD_RESPONSE: ODD_PAGE,
  SDK_MISSING: {
    title: 'The call could not be loaded',
    text: 'Part of this page did not arrive. Check your connection and load the page again.',
  },
  UNAUTHENTICATED: {
    title: 'Sign in to go on',
    text: 'This server wants to know who you are. Sign in, or use an invitation link that someone sent you.',
  },
  FORBIDDEN: {
    title: 'You are not allowed to do this',
    text: 'Ask the person who opened the room to invite you.',
  },
  BANNED: {
    title: 'You have been kept out of this room',
    text: 'A host removed you and does not want you back in this room.',
  },
  RATE_LIMITED: (error) => ({
    title: 'That was a lot at once',
    text: `Wait ${formatSeconds(error.retryAfterSeconds ?? 60)} and try again.`,
  }),
  ROOM_NOT_FOUND: {
    title: 'No such room',
    text: 'It may have ended, or the name is spelled differently.',
  },
  ROOM_NAME_TAKEN: {
    title: 'A room with this name is open already',
    text: 'Join it, or choose another name.',
  },
  ROOM_COMPLETED: ROOM_GONE,
  BAN_NOT_FOUND: { title: 'They are not kept out', text: 'There is no ban to lift; they may come in already.' },
  PARTICIPANT_NOT_FOUND: { title: 'They have left already', text: 'There is nobody to remove any more.' },
  INVITE_NOT_FOUND: UNKNOWN_INVITE,
  INVITE_EXPIRED: { title: 'This invitation has expired', text: 'Ask for a new one.' },
  INVITE_REVOKED: { title: 'This invitation was taken back', text: 'Ask the person who sent it.' },
  INVITE_USED_UP: {
    title: 'This invitation has been used',
    text: 'It was good for a limited number of people. Ask for a new one.',
  },
  TWILIO_UNAUTHORIZED: {
    title: 'The server is not set up right',
    text: 'The video service refuses this server’s credentials. Whoever runs it can fix that.',
  },
  TWILIO_RATE_LIMITED: TWILIO_TROUBLE,
  TWILIO_REJECTED: TWILIO_TROUBLE,
  TWILIO_FAILED: TWILIO_TROUBLE,
  TWILIO_RESPONSE_INVALID: TWILIO_TROUBLE,
  TWILIO_RESPONSE_INCOMPLETE: TWILIO_TROUBLE,
  TWILIO_TIMEOUT: TWILIO_TROUBLE,
  TWILIO_UNAVAILABLE: TWILIO_TROUBLE,
  SIGNALING_UNAVAILABLE: {
    title: 'Calls can’t be made from here',
    text: 'This server runs its video service for its own machine only. Whoever runs it can fix that.',
  },
  STORE_UNAVAILABLE: {
    title: 'The server has trouble',
    text: 'It can’t get at what it keeps about rooms and people. Try again in a moment.',
  },
  OVERLOADED: { title: 'The server is very busy', text: 'Try again in a moment.' },
  INTERNAL_ERROR: (error) => ({
    title: 'Something went wrong on the server',
    text:
      error.requestId === undefined
        ? 'Try again in a moment.'
        : `Try again in a moment. If it stays, quote ${error.requestId}.`,
  }),
  NETWORK_ERROR: NO_SERVER,
  TIMEOUT: NO_SERVER,
  ABORTED: { title: 'Stopped', text: 'Nothing was changed.' },
  UNSUPPORTED: NO_WEBRTC,
  MEDIA_FAILED: () => ({
    title: 'Camera or microphone could not be opened',
    text: `${deviceMessage('camera and microphone', hasMediaDevices() ? 'failed' : 'unsupported')?.text} Or join without them.`,
  }),
  JOIN_FAILED: ({ twilioCode }) => ({
    title: 'The call could not be joined',
    text: `Something unexpected happened${twilioCode === undefined ? '' : ` (Twilio’s ${twilioCode})`}. Try again.`,
  }),
}

/** Absent on pages without HTTPS. */
function hasMediaDevices(): boolean {
  return 'mediaDevices' in navigator
}

function formatSeconds(seconds: number): string {
  if (seconds < 90) return seconds === 1 ? 'a second' : `${seconds} seconds`
  return `${Math.ceil(seconds / 60)} minutes`
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1)
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
