import { useQuery } from '@tanstack/react-query'
import type { Room } from 'twilio-video'
import type { Room as RoomDetails } from '../api.ts'
import { roomQuery } from '../room-queries.ts'
import { useRoute } from '../route.ts'

/** What the server knows of the room of this call; `undefined` until it has answered, and where it does not say. */
export function useRoomDetails(room: Room): RoomDetails | undefined {
  const route = useRoute()
  const invite = route.page === 'room' ? route.invite : null
  return useQuery({ ...roomQuery(room.sid, invite), staleTime: 60_000 }).data
}
