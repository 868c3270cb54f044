import type { ConnectOptions, Room } from 'twilio-video'
import { toEndReason } from './end-reason.ts'
import { RoomkeyError } from './errors.ts'
import type { GuestTokens } from './guest-tokens.ts'
import { loadSdk, type Sdk } from './twilio-video.ts'

/** What to join, as whom, and the options of `twilio-video`'s own `connect`. */
export type JoinOptions = ConnectOptions & {
  /** The room's SID or name. Left out with an `invite`, which names the room. */
  roomSid?: string
  /** The identity to join as; a signed-in user may leave it out. */
  userId?: string
  /** An invitation's secret, `inv_…`. */
  invite?: string
  /** How long the access token is good, in seconds: 1–86,400, default 14,400. Reconnecting needs it to be. */
  ttlSeconds?: number
  /** Aborts the join: it rejects with `ABORTED`, and a room that opens late is left again. */
  signal?: AbortSignal
  /** Longest time for getting the token, in milliseconds. Default: the client's. */
  timeoutMs?: number
}

/**
 * Gets an access token and connects with `twilio-video`; resolves with the SDK's own `Room`.
 * The remaining options are the SDK's `ConnectOptions`, which win over what the server suggests.
 * @throws RoomkeyError a code of `auth.getToken`; `UNSUPPORTED`, `SDK_MISSING`, `MEDIA_FAILED`, `NETWORK_ERROR`,
 *   `JOIN_FAILED` or `ABORTED`
 */
export async function joinRoom(
  tokens: GuestTokens,
  { roomSid, userId, invite, ttlSeconds, signal, timeoutMs, ...options }: JoinOptions,
  load: () => Promise<Pick<Sdk, 'connect'>> = loadForCall,
): Promise<Room> {
  if (roomSid === undefined && invite === undefined) throw new TypeError('join: roomSid or invite is required')
  const asked = { roomSid, userId, invite, ttlSeconds }
  const enter = async () => {
    const [sdk, { token, connectOptions }] = await Promise.all([load(), tokens.getToken(asked, { signal, timeoutMs })])
    if (signal?.aborted) throw aborted(signal)
    return connect(sdk, token, { ...connectOptions, ...options }, signal)
  }
  const wasKept = tokens.has(asked)
  try {
    return await enter()
  } catch (error) {
    if (toEndReason(error) !== 'refused') throw error
    tokens.forget(asked)
    // It may only have expired since it was kept.
    if (!wasKept) throw error
    return enter()
  }
}

/** Throws before a token is asked for: no invitation is to be spent on a browser that cannot call. */
function loadForCall(): Promise<Sdk> {
  if (typeof RTCPeerConnection === 'undefined') {
    throw new RoomkeyError('UNSUPPORTED', 'this browser has no WebRTC, or it is turned off')
  }
  return loadSdk()
}

async function connect(
  sdk: Pick<Sdk, 'connect'>,
  token: string,
  options: ConnectOptions,
  signal?: AbortSignal,
): Promise<Room> {
  const connecting = sdk.connect(token, options)
  const cancel = () => connecting.cancel()
  signal?.addEventListener('abort', cancel)
  try {
    const room = await connecting
    if (!signal?.aborted) return room
    // `cancel` came too late to be heard; without this the participant would stay in the room unseen.
    room.disconnect()
    throw aborted(signal)
  } catch (error) {
    throw signal?.aborted ? aborted(signal) : toJoinError(error, options)
  } finally {
    signal?.removeEventListener('abort', cancel)
  }
}

function toJoinError(error: unknown, options: ConnectOptions): RoomkeyError {
  const { name, code, message = String(error) } = error as { name?: string; code?: unknown; message?: string }
  if (isMediaError(name) || (typeof code !== 'number' && !canOpenMedia() && opensMedia(options))) {
    return new RoomkeyError('MEDIA_FAILED', `camera or microphone could not be opened: ${name}: ${message}`, {
      cause: error,
    })
  }
  if (typeof code !== 'number') return new RoomkeyError('JOIN_FAILED', `joining failed: ${message}`, { cause: error })
  const details = { twilioCode: code, cause: error }
  return toEndReason(error) === 'lost'
    ? new RoomkeyError('NETWORK_ERROR', `the connection to Twilio could not be made: ${message} (${code})`, details)
    : new RoomkeyError('JOIN_FAILED', `Twilio did not let the participant in: ${message} (${code})`, details)
}

/** Source: W3C "Media Capture and Streams", getUserMedia. Not all of them are a `DOMException` in every browser. */
function isMediaError(name: string | undefined): boolean {
  return ['NotAllowedError', 'NotFoundError', 'NotReadableError', 'OverconstrainedError', 'SecurityError'].includes(
    name ?? '',
  )
}

/** Absent on pages without HTTPS. */
function canOpenMedia(): boolean {
  return typeof navigator !== 'undefined' && 'mediaDevices' in navigator
}

/** Whether the SDK opens camera or microphone itself. */
function opensMedia({ tracks, audio, video }: ConnectOptions): boolean {
  return tracks === undefined && (audio !== false || video !== false)
}

function aborted(signal: AbortSignal): RoomkeyError {
  return new RoomkeyError('ABORTED', 'the join was aborted', { cause: signal.reason })
}
