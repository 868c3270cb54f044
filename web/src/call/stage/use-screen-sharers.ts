import { useEmitter } from '@roomkey/client/react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { findScreen } from './publications.ts'

const EVENTS = ['trackPublished', 'trackUnpublished', 'participantConnected', 'participantDisconnected', 'disconnected']

/** Those of the others who share a screen, in order of joining. */
export function useScreenSharers(room: Room): readonly RemoteParticipant[] {
  return useEmitter(room, EVENTS, () =>
    [...room.participants.values()].filter(({ tracks }) => findScreen(tracks.values()) !== undefined),
  )
}
