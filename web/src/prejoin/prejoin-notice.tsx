import { toRoomkeyError } from '@roomkey/client'
import { wantsSignIn } from '../api.ts'
import { errorMessage } from '../messages/error-messages.ts'
import type { UserMessage } from '../messages/user-message.ts'
import { Button } from '../ui/button.tsx'
import { Notice } from '../ui/notice.tsx'

/** Why the room cannot be entered now, with the next step. */
export function PrejoinNotice(props: {
  error: unknown
  busy: boolean
  /** Opens a room of that name; `null` where that is no way out. */
  onOpen: (() => void) | null
  onRetry: () => void
  onSignIn: () => void
}) {
  const { error, busy, onOpen, onRetry, onSignIn } = props
  const { code } = toRoomkeyError(error)
  // A room that cannot be seen, and cannot be opened because it is there.
  const isHidden = code === 'ROOM_NAME_TAKEN'
  const { title, text } = isHidden ? HIDDEN : errorMessage(error)
  const isSignedOut = wantsSignIn(error)
  const canOpen = onOpen !== null && code === 'ROOM_NOT_FOUND'
  const isInfo = isHidden || isSignedOut || canOpen

  return (
    <Notice
      tone={isInfo ? 'info' : 'problem'}
      title={title}
      action={
        isSignedOut ? (
          <Button small look="primary" icon="key" onClick={onSignIn}>
            Sign in
          </Button>
        ) : canOpen ? (
          <Button small look="primary" icon="plus" busy={busy} onClick={onOpen}>
            Open this room
          </Button>
        ) : (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        )
      }
    >
      {text}
      {canOpen && ' You can open it yourself.'}
    </Notice>
  )
}

const HIDDEN: UserMessage = {
  title: 'This room is for invited people',
  text: 'It is open, but not to you yet. Ask its host for an invitation.',
}
