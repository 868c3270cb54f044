import { useTrack, type AnyPublication } from '@roomkey/client/react'
import { displayName } from '../display-name.ts'
import { Tile } from './tile.tsx'

export function RemoteScreenTile({ publication, identity }: { publication: AnyPublication; identity: string }) {
  const { track, attach } = useTrack(publication)
  return (
    <Tile
      source="screen"
      name={`${displayName(identity).name}’s screen`}
      attach={track === null ? null : attach}
      fit="contain"
    />
  )
}

export function LocalScreenTile({ track }: { track: MediaStreamTrack }) {
  const { attach } = useTrack(track)
  return <Tile source="screen" name="Your screen" note="shared with everyone" attach={attach} fit="contain" />
}
