import { useTrack } from '@roomkey/client/react'
import { displayName } from '../display-name.ts'
import { useMedia } from '../media/media-provider.tsx'
import { Tile } from './tile.tsx'

/** Oneself, as in a mirror. */
export function LocalTile({ identity, speaking }: { identity: string; speaking: boolean }) {
  const { camera, microphone } = useMedia()
  const { attach } = useTrack(camera.track)
  const heard = microphone.status === 'on' && microphone.isEnabled
  return (
    <Tile
      source="local"
      name={displayName(identity).name}
      note="you"
      attach={camera.track === null ? null : attach}
      mirrored
      muted={!heard}
      speaking={speaking && heard}
    />
  )
}
