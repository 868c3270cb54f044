import type { Room } from 'twilio-video'
import { toEndReason, type EndReason } from '../../end-reason.ts'
import { isScreenTrack } from '../devices/local-device.ts'
import { createStore, type Store } from '../store.ts'
import { followTracks } from './own-tracks.ts'

/** How it is with a room: `idle`, `joining`, `connected`, `reconnecting`, or `ended` with a reason. */
export type RoomState =
  | { status: 'idle' | 'joining'; room: null; reason: null; error: null }
  | {
      status: 'connected' | 'reconnecting'
      room: Room
      reason: null
      /** The last failure to publish a track, while the call goes on. */
      error: Error | null
    }
  | {
      status: 'ended'
      /** The room that was; `null` when it was never entered. */
      room: Room | null
      reason: EndReason
      error: Error | null
    }

/** Without a room. */
export const IDLE: RoomState = { status: 'idle', room: null, reason: null, error: null }
const JOINING: RoomState = { status: 'joining', room: null, reason: null, error: null }

/** Camera, microphone and screen as `useLocalMedia` gives them, or anything of that shape. */
export type Media = { tracks: readonly MediaStreamTrack[]; stop(): void }

/** A room to subscribe to: the first subscriber joins; when the last one is gone for good, the session leaves. */
export type RoomSession = Store<RoomState> & {
  /** What to publish from now on. */
  setMedia: (media: Media | undefined) => void
  leave: () => void
  rejoin: () => void
}

/** One session in a room, from joining to its end. */
export function createRoomSession(
  join: (signal: AbortSignal, tracks: MediaStreamTrack[] | undefined) => Promise<Room>,
): RoomSession {
  let media: Media | undefined
  /** Of the join or call that goes on; aborting it ends that. */
  let session: AbortController | null = null
  let publish: ((tracks: readonly MediaStreamTrack[]) => void) | null = null
  // Opened again after the last one left: React may take a tree out of sight and bring it back.
  const { state, subscribe, set } = createStore<RoomState>(JOINING, { open: () => void start(), close: leave })

  return {
    state,
    subscribe,
    setMedia(next) {
      media = next
      if (media !== undefined) publish?.(media.tracks)
    },
    leave,
    rejoin() {
      if (state().status === 'ended') void start()
    },
  }

  async function start() {
    const current = new AbortController()
    session = current
    publish = null
    // A room that is joined again by itself stays in sight.
    if (state().status !== 'reconnecting') set(JOINING)
    // A turn later, so that the effects of the same rendering have handed over the media.
    await Promise.resolve()
    try {
      // A shared screen follows: only publishing gives it its name.
      const tracks = media?.tracks.filter((track) => !isScreenTrack(track))
      const room = await join(current.signal, tracks)
      if (session === current) follow(room, current)
      else room.disconnect()
    } catch (error) {
      if (session === current) end(null, toEndReason(error), error as Error)
    }
  }

  function follow(room: Room, current: AbortController) {
    const over = new AbortController()
    const onReconnecting = () => set({ status: 'reconnecting', room, reason: null, error: null })
    const onReconnected = () => set({ status: 'connected', room, reason: null, error: null })
    room.on('reconnecting', onReconnecting)
    room.on('reconnected', onReconnected)
    room.once('disconnected', (_room: Room, error?: Error) => {
      room.removeListener('reconnecting', onReconnecting)
      room.removeListener('reconnected', onReconnected)
      over.abort()
      if (session !== current) return
      const reason = toEndReason(error)
      if (reason !== 'token-expired') return end(room, reason, error ?? null)
      set({ status: 'reconnecting', room, reason: null, error: null })
      void start()
    })
    current.signal.addEventListener('abort', () => room.disconnect())
    // The SDK does not leave by itself when the page goes: the others would see "reconnecting" until a timeout.
    addEventListener('pagehide', leave, { signal: over.signal })
    publish = followTracks(room, (error) => {
      const now = state()
      if (session === current && now.room !== null) set({ ...now, error })
    })
    // Over before anyone could listen.
    if (room.state === 'disconnected') return end(room, 'lost', null)
    set({ status: room.state === 'reconnecting' ? 'reconnecting' : 'connected', room, reason: null, error: null })
    if (media !== undefined) publish(media.tracks)
  }

  function leave() {
    const current = session
    if (current === null) return
    end(state().room, 'left', null)
    current.abort()
  }

  function end(room: Room | null, reason: EndReason, error: Error | null) {
    session = null
    publish = null
    // After a call the camera's light is expected to go off; after a failed join the preview goes on.
    if (room !== null || reason === 'left') media?.stop()
    set({ status: 'ended', room, reason, error })
  }
}
