import { useEffect, useMemo, useSyncExternalStore } from 'react'
import type { JoinOptions } from '../../join.ts'
import { useRoomkey } from '../provider.ts'
import { subscribeToNothing } from '../store.ts'
import { useKeyed } from '../use-keyed.ts'
import { createRoomSession, IDLE, type Media, type RoomState } from './room-session.ts'

/** Options of `useRoom`: those of `client.join`, and what to publish. */
export type UseRoomOptions = Omit<JoinOptions, 'signal' | 'tracks'> & {
  /**
   * What to publish: the result of `useLocalMedia`. It is published at joining, kept in step while the call lasts
   * (camera on and off, mute, screen), and stopped when the call is over. Left out, the SDK opens camera and
   * microphone itself, as `audio` and `video` say.
   */
  media?: Media
}

/** The result of `useRoom`. */
export type RoomHandle = RoomState & {
  /** Leaves the room, or stops joining it. */
  leave: () => void
  /** Joins again after the call has ended. */
  rejoin: () => void
}

/**
 * Joins a room while the component is mounted, and leaves it when it goes. Joins anew when `roomSid`, `userId` or
 * `invite` change; the other options count at the moment of joining. `null`: no room, `idle`.
 * Safe under StrictMode: joins once.
 */
export function useRoom(options: UseRoomOptions | null): RoomHandle {
  const client = useRoomkey()
  const session = useKeyed(() => {
    if (options === null) return null
    const { media: _, ...joinOptions } = options
    return createRoomSession((signal, tracks) => client.join({ ...joinOptions, ...(tracks && { tracks }), signal }))
  }, [client, options?.roomSid, options?.userId, options?.invite, options === null])
  const media = options?.media
  useEffect(() => session?.setMedia(media), [session, media, media?.tracks])
  const snapshot = () => session?.state() ?? IDLE
  const state = useSyncExternalStore(session?.subscribe ?? subscribeToNothing, snapshot, snapshot)
  return useMemo(() => ({ ...state, leave: () => session?.leave(), rejoin: () => session?.rejoin() }), [state, session])
}
