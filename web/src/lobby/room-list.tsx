import { useInfiniteQuery } from '@tanstack/react-query'
import { useEffect, useState } from 'react'
import { api, queryClient, wantsSignIn, type Room } from '../api.ts'
import { ErrorNotice } from '../messages/error-notice.tsx'
import { usePeopleInside } from '../people-inside.ts'
import { roomsQuery } from '../room-queries.ts'
import { Button } from '../ui/button.tsx'
import { Field } from '../ui/field.tsx'
import { ReconnectingBanner } from '../ui/reconnecting-banner.tsx'
import { RoomRow } from './room-row.tsx'
import './room-list.css'

/** So many rooms are seen at a glance. */
const GLANCE = 7

/** Rooms in progress and who is inside; those where somebody is stand first. */
export function RoomList(props: { canOpen: boolean; onJoin: (room: Room, inside: string[]) => void }) {
  const { canOpen, onJoin } = props
  const [search, setSearch] = useState('')
  const list = useInfiniteQuery(roomsQuery)
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list
  // A room that was opened meanwhile moves the others on: one may stand on two pages.
  const rooms = [...new Map(list.data?.pages.flatMap((page) => page.rooms.map((room) => [room.sid, room]))).values()]
  const wanted = search.trim().toLowerCase()
  const found = rooms.filter(({ name }) => name.toLowerCase().includes(wanted))
  const { inside, isStale } = usePeopleInside(
    found.map(({ sid }) => sid),
    null,
  )
  const rows = found.map((room, index) => ({ room, people: inside[index] }))
  const isOccupied = ({ people = [] }: (typeof rows)[number]) => people.length > 0
  const sorted = [...rows.filter(isOccupied), ...rows.filter((row) => !isOccupied(row))]

  // The server finds no parts of names, so a search looks through all rooms.
  useEffect(() => {
    if (wanted !== '' && hasNextPage && !isFetchingNextPage) void fetchNextPage()
  }, [wanted, hasNextPage, isFetchingNextPage, fetchNextPage])

  // The sign-in has run out: asked who this is, the server says nobody, and the page asks for another.
  useEffect(() => {
    if (wantsSignIn(list.error)) void queryClient.invalidateQueries(api.auth.whoami.queryOptions())
  }, [list.error])

  return (
    <section className="room-list" aria-labelledby="room-list-title">
      <header className="room-list-header">
        <h2 id="room-list-title">Open now</h2>
        {rooms.length > 0 && <span className="room-list-count">{formatCount(rooms.length, hasNextPage)}</span>}
      </header>
      <div className="room-list-stale" role="status">
        {isStale && list.error === null && <ReconnectingBanner />}
      </div>
      {list.error && !wantsSignIn(list.error) && (
        <ErrorNotice
          error={list.error}
          action={
            <Button small onClick={() => void list.refetch()}>
              Try now
            </Button>
          }
        />
      )}
      {(rooms.length > GLANCE || hasNextPage) && (
        <Field
          label="Find a room"
          type="search"
          value={search}
          autoComplete="off"
          onChange={(event) => setSearch(event.target.value)}
        />
      )}
      {list.isPending && <ListSkeleton />}
      {list.data !== undefined && rooms.length === 0 && (
        <p className="room-list-empty">
          No room is open.{canOpen && ' Open one, and it appears here for everyone who may see it.'}
        </p>
      )}
      {rooms.length > 0 && sorted.length === 0 && !hasNextPage && (
        <p className="room-list-empty">No open room is called “{search.trim()}”.</p>
      )}
      {sorted.length > 0 && (
        <ul className="room-rows">
          {sorted.map(({ room, people }) => (
            <RoomRow key={room.sid} room={room} people={people} onJoin={onJoin} />
          ))}
        </ul>
      )}
      {hasNextPage && (
        <Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
          Show more rooms
        </Button>
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

function formatCount(count: number, hasMore: boolean): string {
  if (hasMore) return `${count} of more`
  return count === 1 ? '1 room' : `${count} rooms`
}
