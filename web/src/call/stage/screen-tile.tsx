import { useTrack, useTracks } from '@roomkey/client/react'
import type { RemoteParticipant } from 'twilio-video'
import { displayName } from '../../display-name.ts'
import { findScreen } from './publications.ts'
import { Tile } from './tile.tsx'

/** A screen that somebody shares, shown whole. */
export function RemoteScreenTile({ participant }: { participant: RemoteParticipant }) {
  const { track, attach } = useTrack(findScreen(useTracks(participant)))
  return (
    <Tile
      source="screen"
      name={`${displayName(participant.identity).name}’s screen`}
      attach={track === null ? null : attach}
      fit="contain"
    />
  )
}

/** One's own. */
export function LocalScreenTile({ track }: { track: MediaStreamTrack }) {
  const { attach } = useTrack(track)
  return <Tile source="screen" name="Your screen" note="shared with everyone" attach={attach} fit="contain" />
}
