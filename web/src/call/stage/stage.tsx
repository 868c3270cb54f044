import type { Ref } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { useMedia } from '../../media/media-provider.tsx'
import { Button } from '../../ui/button.tsx'
import { LocalTile } from './local-tile.tsx'
import { RemoteTile } from './remote-tile.tsx'
import { LocalScreenTile, RemoteScreenTile } from './screen-tile.tsx'
import { TileGrid } from './tile-grid.tsx'
import { FACES, SCREENS } from './tile-layout.ts'
import { useScreenSharers } from './use-screen-sharers.ts'
import './stage.css'

/** Everyone on one stage; shared screens stand in front, faces beside them. */
export function Stage(props: {
  room: Room
  participants: RemoteParticipant[]
  speakers: ReadonlySet<string>
  /** `null` for those who cannot bring others in. */
  onInvite: (() => void) | null
  ref: Ref<HTMLElement>
}) {
  const { room, participants, speakers, onInvite, ref } = props
  const { screen } = useMedia()
  const screenTiles = [
    ...useScreenSharers(room).map((participant) => (
      <RemoteScreenTile key={participant.sid} participant={participant} />
    )),
    ...(screen.track === null ? [] : [<LocalScreenTile key="screen" track={screen.track} />]),
  ]
  const faces = [
    ...participants.map((participant) => (
      <RemoteTile key={participant.sid} participant={participant} speaking={speakers.has(participant.sid)} />
    )),
    <LocalTile key="me" identity={room.localParticipant.identity} speaking={speakers.has(room.localParticipant.sid)} />,
  ]

  return (
    <section ref={ref} className={screenTiles.length > 0 ? 'stage stage-spotlight' : 'stage'} aria-label="Participants">
      {screenTiles.length > 0 && (
        <TileGrid className="stage-screens" shape={SCREENS}>
          {screenTiles}
        </TileGrid>
      )}
      <TileGrid className="stage-faces" shape={FACES}>
        {faces}
      </TileGrid>
      {participants.length === 0 && screenTiles.length === 0 && (
        <div className="stage-alone">
          <p>You are the only one here.</p>
          {onInvite !== null && (
            <Button look="primary" small icon="invite" onClick={onInvite}>
              Invite people
            </Button>
          )}
        </div>
      )}
    </section>
  )
}
