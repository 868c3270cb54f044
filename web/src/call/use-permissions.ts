import { useQuery } from '@tanstack/react-query'
import { api } from '../api.ts'

export type Permissions = { canEnd: boolean; canRemove: boolean; canInvite: boolean }

/**
 * What to offer in a room. The server decides at every press; this keeps buttons away that would only
 * lead to a refusal: a room's host, an admin and an open server may all of it, other users nothing.
 */
export function usePermissions(roomSid: string): Permissions {
  const { data: known } = useQuery(api.auth.whoami.queryOptions())
  const { data: room } = useQuery(
    api.rooms.get.queryOptions(
      { sid: roomSid },
      { enabled: known !== undefined && known.kind !== 'anonymous', staleTime: 60_000 },
    ),
  )
  const isTheirs = known?.kind !== 'user' || known.roles.includes('admin') || room?.host === known.identity
  const may = (action: string) => isTheirs && (known?.may.includes(action) ?? false)
  return { canEnd: may('rooms.complete'), canRemove: may('participants.remove'), canInvite: may('invites.create') }
}
