import { useMutation } from '@tanstack/react-query'
import type { Room } from 'twilio-video'
import { api } from '../api.ts'
import { errorMessage } from '../messages/error-messages.ts'
import { formatRoute } from '../route.ts'
import { useToast } from '../ui/toast.tsx'
import { usePermissions } from './use-permissions.ts'

/** The link that leads others to a room. */
export function linkTo(room: string, invite: string | null = null): string {
  return location.origin + formatRoute({ page: 'room', room, invite })
}

export type CopyLink = { label: string; copy: () => void }

/**
 * Copies what lets others into a room: its link, or an invitation where the link admits nobody; `null` for those who
 * have neither to give. Where the browser forbids copying, `onRefused` has to show it instead.
 */
export function useCopyLink(room: Room, onRefused: () => void): CopyLink | null {
  const { canShareLink, canInvite } = usePermissions(room)
  const toast = useToast()
  const invite = useMutation(
    api.invites.create.mutationOptions({
      onError: (error) => toast(errorMessage(error).title, 'problem'),
      onSuccess: (created) => copy(linkTo(room.sid, created.invite), 'Invitation copied: it lets people in for a day.'),
    }),
  )
  const copy = async (link: string, done: string) => {
    try {
      // Absent on pages without HTTPS.
      await navigator.clipboard.writeText(link)
      toast(done)
    } catch {
      onRefused()
    }
  }

  if (canShareLink) return { label: 'Copy link', copy: () => void copy(linkTo(room.name), 'Link copied') }
  if (!canInvite) return null
  return { label: 'Copy invitation', copy: () => invite.mutate({ roomSid: room.sid, role: 'guest' }) }
}
