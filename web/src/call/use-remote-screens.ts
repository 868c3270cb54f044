import { useCallback, useRef, useSyncExternalStore } from 'react'
import type { RemoteParticipant, RemoteTrackPublication, Room } from 'twilio-video'
import { findScreen } from './publications.ts'

export type RemoteScreen = { participant: RemoteParticipant; publication: RemoteTrackPublication }

const EVENTS = ['trackPublished', 'trackUnpublished', 'participantConnected', 'participantDisconnected', 'disconnected']

/** The screens that others share. */
export function useRemoteScreens(room: Room): RemoteScreen[] {
  const last = useRef<RemoteScreen[]>([])
  const subscribe = useCallback(
    (onChange: () => void) => {
      // The SDK's types list each event apart.
      const emitter: {
        on(event: string, listener: () => void): unknown
        off(event: string, listener: () => void): unknown
      } = room
      for (const event of EVENTS) emitter.on(event, onChange)
      return () => {
        for (const event of EVENTS) emitter.off(event, onChange)
      }
    },
    [room],
  )
  return useSyncExternalStore(subscribe, () => {
    const screens = readScreens(room)
    const same =
      screens.length === last.current.length &&
      screens.every(({ publication }, index) => publication === last.current[index]?.publication)
    if (!same) last.current = screens
    return last.current
  })
}

function readScreens(room: Room): RemoteScreen[] {
  return [...room.participants.values()].flatMap((participant) => {
    const publication = findScreen(participant.tracks.values())
    return publication === undefined ? [] : [{ participant, publication }]
  })
}
