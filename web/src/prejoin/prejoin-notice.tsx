import { wantsSignIn } from '../api.ts'
import { errorMessage } from '../messages/error-messages.ts'
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
  const { title, text } = errorMessage(error)
  const signedOut = wantsSignIn(error)
  const tone = onOpen !== null || signedOut ? 'info' : 'problem'

  return (
    <Notice
      tone={tone}
      title={title}
      action={
        signedOut ? (
          <Button small look="primary" icon="key" onClick={onSignIn}>
            Sign in
          </Button>
        ) : onOpen === null ? (
          <Button small onClick={onRetry}>
            Try again
          </Button>
        ) : (
          <Button small look="primary" icon="plus" busy={busy} onClick={onOpen}>
            Open this room
          </Button>
        )
      }
    >
      {text}
    </Notice>
  )
}
