import { useRoom } from '@roomkey/client/react'
import { useMediaFor } from '../media/media-provider.tsx'
import { navigate } from '../route.ts'
import { Joining } from '../ui/joining.tsx'
import { CallEnded } from './call-ended.tsx'
import { InCall } from './in-call.tsx'

/** One call: joining it, being in it, and how it ended. */
export function CallPage(props: {
  roomSid: string | undefined
  userId: string | undefined
  invite: string | undefined
  audioOnly: boolean
  onBackToPrejoin: () => void
}) {
  const { roomSid, userId, invite, audioOnly, onBackToPrejoin } = props
  const media = useMediaFor({ audioOnly })
  const call = useRoom({
    roomSid,
    userId,
    invite,
    media,
    dominantSpeaker: true,
    networkQuality: { local: 1, remote: 1 },
  })

  if (call.status === 'ended') {
    const rejoin = () => {
      media.startWanted({ audioOnly })
      call.rejoin()
    }
    return (
      <CallEnded
        reason={call.reason}
        error={call.error}
        roomSid={call.room?.sid ?? null}
        invite={invite ?? null}
        onRejoin={rejoin}
        onBackToPrejoin={onBackToPrejoin}
      />
    )
  }
  // Idle or joining.
  if (call.room === null) return <Joining room={roomSid ?? null} onCancel={() => navigate({ page: 'lobby' })} />
  return (
    <InCall room={call.room} isReconnecting={call.status === 'reconnecting'} error={call.error} onLeave={call.leave} />
  )
}
