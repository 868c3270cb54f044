import { useQuery } from '@tanstack/react-query'
import type { Room } from 'twilio-video'
import { api } from '../api.ts'
import { displayName } from '../display-name.ts'
import { useRoomDetails } from './use-room-details.ts'

export type Permissions = {
  canEnd: boolean
  canRemove: boolean
  canInvite: boolean
  /** The room's link lets in whoever gets it, once they have signed in where that is asked for. */
  canShareLink: boolean
}

/**
 * What to offer in a room. The server decides at every press; this keeps buttons away that would only lead to a
 * refusal: a room's host, an admin and everyone on an open server may all of it, guests and other users nothing.
 */
export function usePermissions(room: Room): Permissions {
  const { data: known } = useQuery(api.auth.whoami.queryOptions())
  const details = useRoomDetails(room)
  const isGuest = displayName(room.localParticipant.identity).guest
  const isHost = !isGuest && (known?.kind !== 'user' || known.isAdmin || details?.host === known.identity)
  const may = (action: string) => isHost && (known?.may.includes(action) ?? false)
  return {
    canEnd: may('rooms.complete'),
    canRemove: may('participants.remove'),
    canInvite: may('invites.create'),
    canShareLink: known?.kind === 'open' || details?.access === 'signed-in',
  }
}
