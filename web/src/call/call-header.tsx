import { useIsRecording, useNetworkQuality } from '@roomkey/client/react'
import type { Room } from 'twilio-video'
import { Button } from '../ui/button.tsx'
import { Logo } from '../ui/logo.tsx'
import { PageTitle } from '../ui/page-title.tsx'
import type { CopyLink } from './copy-link.ts'
import { NetworkBars } from './stage/network-bars.tsx'
import './call-header.css'

/** Above the tiles: the room's name, how many are inside, one's own connection, and its link. */
export function CallHeader({ room, people, copyLink }: { room: Room; people: number; copyLink: CopyLink | null }) {
  const quality = useNetworkQuality(room.localParticipant)
  const isRecording = useIsRecording(room)
  return (
    <header className="call-header">
      <Logo />
      <div className="call-header-text">
        <PageTitle document={`${room.name} · Roomkey`} className="call-title">
          {room.name}
        </PageTitle>
        <p className="call-people">{people === 1 ? 'Only you' : `${people} people`}</p>
      </div>
      {isRecording && (
        <p className="call-recording">
          <span aria-hidden="true" /> Recording
        </p>
      )}
      {quality !== null && <NetworkBars level={quality} whose="Your connection" />}
      {copyLink !== null && (
        <Button small icon="link" className="call-copy" onClick={copyLink.copy}>
          {copyLink.label}
        </Button>
      )}
    </header>
  )
}
