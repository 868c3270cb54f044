import { isRoomkeyError } from './errors.ts'

/**
 * Why a call ended or never began, as a closed list of words.
 *
 * - `left`: this side left
 * - `completed`: the room was ended for everyone
 * - `removed`: a host took this participant out
 * - `replaced`: the same identity joined from elsewhere
 * - `duration-exceeded`: the longest stay of a participant is over
 * - `full`: the room has as many participants as it takes
 * - `not-found`: no such room
 * - `refused`: not allowed in: signed out, forbidden, banned, or an invitation that is no longer good
 * - `token-expired`: the access token expired during the call; `useRoom` joins again by itself with a fresh one
 * - `lost`: there was no connection, or it broke and did not come back in time
 * - `unsupported`: the browser has no WebRTC
 * - `no-media`: camera or microphone could not be opened while joining
 * - `failed`: anything else; `error` says what
 */
export const END_REASONS = [
  'left',
  'completed',
  'removed',
  'replaced',
  'duration-exceeded',
  'full',
  'not-found',
  'refused',
  'token-expired',
  'lost',
  'unsupported',
  'no-media',
  'failed',
] as const

/** One of {@link END_REASONS}. */
export type EndReason = (typeof END_REASONS)[number]

/**
 * The reason in an error: of `client.join`, or of the SDK's `disconnected` event, where no error at all means
 * that the participant was removed (the SDK gives none when this side leaves, too: the caller knows that).
 */
export function toEndReason(error: unknown): EndReason {
  if (error === undefined || error === null) return 'removed'
  if (isRoomkeyError(error)) {
    const byTwilio = error.twilioCode === undefined ? undefined : TWILIO_REASONS[error.twilioCode]
    return byTwilio ?? CODE_REASONS[error.code] ?? 'failed'
  }
  const { code } = error as { code?: unknown }
  // While joining, a token that has expired is one of many that are refused; who was inside was let in by it.
  if (code === 20104) return 'token-expired'
  return (typeof code === 'number' ? TWILIO_REASONS[code] : undefined) ?? 'failed'
}

/** @internal Source: Twilio "Error and Warning Dictionary", 20xxx and 53xxx. */
export const TWILIO_REASONS: Readonly<Record<number, EndReason>> = {
  20101: 'refused',
  20102: 'refused',
  20103: 'refused',
  20104: 'refused',
  20105: 'refused',
  20106: 'refused',
  20107: 'refused',
  53000: 'lost',
  53001: 'lost',
  53002: 'lost',
  53105: 'full',
  53106: 'not-found',
  53118: 'completed',
  53204: 'lost',
  53205: 'replaced',
  53216: 'duration-exceeded',
  53405: 'lost',
  53407: 'lost',
}

const CODE_REASONS: Readonly<Record<string, EndReason>> = {
  ABORTED: 'left',
  BANNED: 'refused',
  FORBIDDEN: 'refused',
  INVITE_EXPIRED: 'refused',
  INVITE_NOT_FOUND: 'refused',
  INVITE_REVOKED: 'refused',
  INVITE_USED_UP: 'refused',
  MEDIA_FAILED: 'no-media',
  NETWORK_ERROR: 'lost',
  ROOM_COMPLETED: 'completed',
  ROOM_NOT_FOUND: 'not-found',
  TIMEOUT: 'lost',
  UNAUTHENTICATED: 'refused',
  UNSUPPORTED: 'unsupported',
}
