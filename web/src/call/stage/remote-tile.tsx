import { useNetworkQuality, useParticipantState, useTrack, useTracks } from '@roomkey/client/react'
import type { RemoteParticipant } from 'twilio-video'
import { displayName } from '../../display-name.ts'
import { findCamera, hasMicrophoneOn } from './publications.ts'
import { Tile } from './tile.tsx'

/** Somebody else in the call: what the SDK knows of them, as a tile. */
export function RemoteTile({ participant, speaking }: { participant: RemoteParticipant; speaking: boolean }) {
  const publications = useTracks(participant)
  const { track, attach, isEnabled, isSwitchedOff } = useTrack(findCamera(publications))
  const { name, guest } = displayName(participant.identity)
  const isMicrophoneOn = hasMicrophoneOn(publications)
  return (
    <Tile
      source="remote"
      name={name}
      note={guest ? 'guest' : undefined}
      attach={track !== null && isEnabled && !isSwitchedOff ? attach : null}
      muted={!isMicrophoneOn}
      speaking={speaking && isMicrophoneOn}
      reconnecting={useParticipantState(participant) === 'reconnecting'}
      quality={useNetworkQuality(participant)}
    />
  )
}
