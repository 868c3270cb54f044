'use client'

import { createRoomkeyClient } from '@roomkey/client'
import { RoomkeyProvider } from '@roomkey/client/react'
import { useSyncExternalStore } from 'react'
import { Room } from './room'

const roomkey = createRoomkeyClient({ url: '/api/video' })

export default function Page() {
  const name = useSyncExternalStore(
    () => () => {},
    () => new URLSearchParams(location.search).get('name'),
    () => null,
  )
  if (name === null) return null
  return (
    <RoomkeyProvider client={roomkey}>
      <Room roomSid="standup" userId={name} />
    </RoomkeyProvider>
  )
}
