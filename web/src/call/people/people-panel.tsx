import { useNetworkQuality, useParticipantState, useTracks } from '@roomkey/client/react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { displayName } from '../../display-name.ts'
import { useMedia } from '../../media/media-provider.tsx'
import { Avatar } from '../../ui/avatar.tsx'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { Icon } from '../../ui/icon.tsx'
import { SidePanel } from '../side-panel.tsx'
import { NetworkBars } from '../stage/network-bars.tsx'
import { findCamera, hasMicrophoneOn } from '../stage/publications.ts'
import { usePermissions } from '../use-permissions.ts'
import './people-panel.css'

/** Everyone in the room, by name. */
export function PeoplePanel(props: {
  room: Room
  participants: RemoteParticipant[]
  speakers: ReadonlySet<string>
  /** `null` for those who cannot bring others in. */
  onInvite: (() => void) | null
  onRemove: (participant: RemoteParticipant) => void
  onClose: () => void
}) {
  const { room, participants, speakers, onInvite, onRemove, onClose } = props
  const { isCameraOn, isMicrophoneOn } = useMedia()
  const { canRemove } = usePermissions(room)
  const me = room.localParticipant
  return (
    <SidePanel title="People" onClose={onClose}>
      <ul className="people">
        <Row
          identity={me.identity}
          note="you"
          isMicrophoneOn={isMicrophoneOn}
          isCameraOn={isCameraOn}
          speaking={isMicrophoneOn && speakers.has(me.sid)}
          quality={useNetworkQuality(me)}
        />
        {participants.map((participant) => (
          <RemoteRow
            key={participant.sid}
            participant={participant}
            speaking={speakers.has(participant.sid)}
            onRemove={canRemove ? () => onRemove(participant) : null}
          />
        ))}
      </ul>
      {onInvite !== null && (
        <div className="people-invite">
          <Button icon="invite" onClick={onInvite}>
            Invite people
          </Button>
        </div>
      )}
    </SidePanel>
  )
}

function RemoteRow(props: { participant: RemoteParticipant; speaking: boolean; onRemove: (() => void) | null }) {
  const { participant, speaking, onRemove } = props
  const publications = useTracks(participant)
  const isMicrophoneOn = hasMicrophoneOn(publications)
  return (
    <Row
      identity={participant.identity}
      note={useParticipantState(participant) === 'reconnecting' ? 'reconnecting' : undefined}
      isMicrophoneOn={isMicrophoneOn}
      isCameraOn={findCamera(publications)?.isTrackEnabled ?? false}
      speaking={isMicrophoneOn && speaking}
      quality={useNetworkQuality(participant)}
      onRemove={onRemove}
    />
  )
}

function Row(props: {
  identity: string
  note?: string | undefined
  isMicrophoneOn: boolean
  isCameraOn: boolean
  speaking: boolean
  quality: number | null
  onRemove?: (() => void) | null
}) {
  const { identity, note, isMicrophoneOn, isCameraOn, speaking, quality, onRemove = null } = props
  const { name, guest } = displayName(identity)
  return (
    <li className="person">
      <Avatar name={name} />
      <span className="person-text">
        <span className="person-name">{name}</span>
        <span className="person-note">
          {[note, guest && 'guest', speaking && 'speaking'].filter(Boolean).join(' · ')}
        </span>
      </span>
      {quality !== null && <NetworkBars level={quality} whose={`The connection of ${name}`} />}
      <span className="person-state" data-on={isMicrophoneOn}>
        <Icon name={isMicrophoneOn ? 'microphone' : 'microphone-off'} />
        <span className="visually-hidden">{isMicrophoneOn ? 'Microphone on' : 'Muted'}</span>
      </span>
      <span className="person-state" data-on={isCameraOn}>
        <Icon name={isCameraOn ? 'camera' : 'camera-off'} />
        <span className="visually-hidden">{isCameraOn ? 'Camera on' : 'Camera off'}</span>
      </span>
      {onRemove !== null && <IconButton icon="remove" label={`Remove ${name}`} onClick={onRemove} />}
    </li>
  )
}
