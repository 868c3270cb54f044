import type { Room } from '../api.ts'
import { displayName } from '../display-name.ts'
import { peopleMessage } from '../messages/people-message.ts'
import { Avatar } from '../ui/avatar.tsx'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import './room-row.css'

const SHOWN_FACES = 4

/** One room of the list: who is inside, and the way in. */
export function RoomRow(props: {
  room: Room
  /** The identities of who is inside; left out while it is not known. */
  people: string[] | undefined
  onJoin: (room: Room, inside: string[]) => void
}) {
  const { room, people, onJoin } = props
  const names = people?.map((identity) => displayName(identity).name)
  const full = names !== undefined && names.length >= room.maxParticipants
  return (
    <li className="room-row">
      <div className="room-row-text">
        <h3 className="room-row-name">
          <span>{room.name}</span>
          {room.access === 'invited' && room.host !== null && <Icon name="lock" />}
        </h3>
        <p className="room-row-people">{names === undefined ? '\u00a0' : peopleMessage(names)}</p>
      </div>
      <div className="room-row-faces" aria-hidden="true">
        {names?.slice(0, SHOWN_FACES).map((name, index) => (
          // oxlint-disable-next-line react/no-array-index-key -- two people may have one name
          <Avatar key={`${name}-${index}`} name={name} />
        ))}
      </div>
      <Button
        small
        disabled={full}
        aria-label={full ? `${room.name} is full` : `Join ${room.name}`}
        onClick={() => onJoin(room, people ?? [])}
      >
        {full ? 'Full' : 'Join'}
      </Button>
    </li>
  )
}
