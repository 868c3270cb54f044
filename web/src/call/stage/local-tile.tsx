import { useTrack } from '@roomkey/client/react'
import { displayName } from '../../display-name.ts'
import { useMedia } from '../../media/media-provider.tsx'
import { Tile } from './tile.tsx'

/** The person's own picture, mirrored. */
export function LocalTile({ identity, speaking }: { identity: string; speaking: boolean }) {
  const { camera, isMicrophoneOn } = useMedia()
  const { attach } = useTrack(camera.track)
  return (
    <Tile
      source="local"
      name={displayName(identity).name}
      note="you"
      attach={camera.track === null ? null : attach}
      mirrored
      muted={!isMicrophoneOn}
      speaking={speaking && isMicrophoneOn}
    />
  )
}
