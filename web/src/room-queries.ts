import { createRoomkeyClient, RoomkeyError, type RoomkeyClient } from '@roomkey/client'
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { queryClient, roomkey, type Room } from './api.ts'
import { siteUrl } from './site-url.ts'

/**
 * A room by its SID or name, as the server shows it to this person. It is asked with the invitation where there is
 * one: that shows the room to those who could not see it otherwise, and is all there is to find it by when `room` is
 * `null`.
 */
export function roomQuery(room: string | null, invite: string | null) {
  return queryOptions({
    queryKey: ['room', room, invite],
    enabled: room !== null || invite !== null,
    async queryFn() {
      const found = await findRoom(clientFor(invite), room)
      seedRoom(found, invite)
      return found
    },
  })
}

/** How often what is shown of rooms comes again, in milliseconds. TanStack Query pauses it while the tab is hidden. */
export const REFRESH_MS = 4_000

/** Rooms in progress, newest first, page by page. */
export const roomsQuery = infiniteQueryOptions({
  queryKey: ['rooms'],
  queryFn: ({ pageParam }) => roomkey.rooms.list(pageParam === null ? {} : { cursor: pageParam }),
  initialPageParam: null as string | null,
  getNextPageParam: ({ nextCursor }) => nextCursor,
  // All pages come again together: the more there are, the less often.
  refetchInterval: ({ state }) => REFRESH_MS * Math.max(1, state.data?.pages.length ?? 1),
})

/** Makes known what was learned of a room elsewhere. */
export function seedRoom(room: Room, invite: string | null = null): void {
  for (const ref of [room.sid, room.name]) queryClient.setQueryData(['room', ref, invite], room)
}

async function findRoom(client: RoomkeyClient, room: string | null): Promise<Room> {
  if (room !== null) return client.rooms.get({ sid: room })
  // A guest sees the one room they are invited to.
  const { rooms } = await client.rooms.list({ limit: 1 })
  if (rooms[0] === undefined) throw new RoomkeyError('ROOM_COMPLETED', 'the room of this invitation is over')
  return rooms[0]
}

const guests = new Map<string, RoomkeyClient>()

/** This person's client, or one that has an invitation. */
export function clientFor(invite: string | null): RoomkeyClient {
  if (invite === null) return roomkey
  if (!/^inv_[\w-]+$/.test(invite)) throw new RoomkeyError('INVITE_NOT_FOUND', 'this is not an invitation')
  const client =
    guests.get(invite) ?? createRoomkeyClient({ url: siteUrl(), headers: { authorization: `Bearer ${invite}` } })
  guests.set(invite, client)
  return client
}
