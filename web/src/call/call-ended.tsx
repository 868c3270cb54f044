import type { EndReason } from '@roomkey/client'
import { canRejoin, endMessage } from '../messages/end-messages.ts'
import { navigate } from '../route.ts'
import { Button } from '../ui/button.tsx'
import type { IconName } from '../ui/icon.tsx'
import { MessagePage } from '../ui/message-page.tsx'
import { Timeline } from './timeline.tsx'

/** Why the call is over, or why it never began, and the way on from there. */
export function CallEnded(props: {
  reason: EndReason
  error: Error | null
  /** The room that was; `null` when it was never entered. */
  roomSid: string | null
  invite: string | null
  onRejoin: () => void
  /** To another name, other devices. */
  onBackToPrejoin: () => void
}) {
  const { reason, error, roomSid, invite, onRejoin, onBackToPrejoin } = props
  const { title, text } = endMessage(reason, error, roomSid !== null)
  const again = reason === 'replaced' ? onBackToPrejoin : onRejoin
  return (
    <MessagePage
      icon={ICONS[reason] ?? 'alert'}
      title={title}
      text={text}
      actions={
        <>
          {canRejoin(reason) && (
            <Button look="primary" onClick={again}>
              {AGAIN[reason] ?? 'Join again'}
            </Button>
          )}
          <Button look={canRejoin(reason) ? 'plain' : 'primary'} onClick={() => navigate({ page: 'lobby' })}>
            Go to the lobby
          </Button>
        </>
      }
      below={roomSid !== null && <Timeline roomSid={roomSid} invite={invite} />}
    />
  )
}

const ICONS: Partial<Record<EndReason, IconName>> = {
  left: 'leave',
  completed: 'end',
  removed: 'remove',
  replaced: 'people',
  full: 'people',
  refused: 'lock',
  'no-media': 'camera-off',
}

const AGAIN: Partial<Record<EndReason, string>> = {
  full: 'Try again',
  'no-media': 'Try again',
  replaced: 'Come back',
  failed: 'Try again',
}
