import { formatRoute } from '../route.ts'
import { useToast } from '../ui/toast.tsx'

/** The link that leads others to a room. */
export function linkTo(room: string, invite: string | null = null): string {
  return location.origin + formatRoute({ page: 'room', room, invite })
}

/** Copies the link to a room; where the browser forbids that, `onRefused` has to show it instead. */
export function useCopyLink(room: string, onRefused: () => void): () => void {
  const toast = useToast()
  return () => {
    // Absent on pages without HTTPS.
    const clipboard: Clipboard | undefined = navigator.clipboard
    if (clipboard === undefined) onRefused()
    else clipboard.writeText(linkTo(room)).then(() => toast('Link copied'), onRefused)
  }
}
