import { useQueries, useQuery } from '@tanstack/react-query'
import { api, wantsSignIn, type Room } from '../api.ts'
import { ErrorNotice } from '../messages/error-notice.tsx'
import { Button } from '../ui/button.tsx'
import { RoomRow } from './room-row.tsx'
import './room-list.css'

/** How often the lists come again, in milliseconds. TanStack Query pauses them while the tab is hidden. */
const EVERY_MS = 4_000

/** Rooms in progress and who is inside. */
export function RoomList(props: { canOpen: boolean; onJoin: (room: Room, inside: string[]) => void }) {
  const { canOpen, onJoin } = props
  const rooms = useQuery(api.rooms.list.queryOptions({}, { refetchInterval: EVERY_MS }))
  const inside = useQueries({
    queries: (rooms.data?.rooms ?? []).map(({ sid }) =>
      api.participants.list.queryOptions({ roomSid: sid }, { refetchInterval: EVERY_MS }),
    ),
  })

  return (
    <section className="room-list" aria-labelledby="room-list-title">
      <header className="room-list-header">
        <h2 id="room-list-title">Open now</h2>
        {rooms.data && (
          <span className="room-list-count">{formatCount(rooms.data.rooms.length, rooms.data.nextCursor)}</span>
        )}
      </header>
      {rooms.error && !wantsSignIn(rooms.error) && (
        <ErrorNotice
          error={rooms.error}
          action={
            <Button small onClick={() => void rooms.refetch()}>
              Try now
            </Button>
          }
        />
      )}
      {rooms.isPending && <ListSkeleton />}
      {rooms.data?.rooms.length === 0 && (
        <p className="room-list-empty">
          No room is open.{canOpen && ' Open one, and it appears here for everyone who may see it.'}
        </p>
      )}
      {rooms.data && rooms.data.rooms.length > 0 && (
        <ul className="room-rows">
          {rooms.data.rooms.map((room, index) => (
            <RoomRow key={room.sid} room={room} participants={inside[index]?.data?.participants} onJoin={onJoin} />
          ))}
        </ul>
      )}
    </section>
  )
}

function ListSkeleton() {
  return (
    <div className="room-rows" role="status" aria-label="Looking for open rooms">
      <div className="room-row room-row-blank" />
      <div className="room-row room-row-blank" />
    </div>
  )
}

function formatCount(count: number, nextCursor: string | null): string {
  if (count === 0) return ''
  if (nextCursor !== null) return `the newest ${count}`
  return count === 1 ? '1 room' : `${count} rooms`
}
