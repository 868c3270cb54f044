import { createRoomkeyClient } from '@roomkey/client'
import { RoomkeyProvider } from '@roomkey/client/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { Call } from './call'

const query = new URLSearchParams(location.search)
const roomkey = createRoomkeyClient({ url: query.get('server') ?? '/' })

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <RoomkeyProvider client={roomkey}>
      <Call roomSid="standup" userId={query.get('name') ?? 'nobody'} />
    </RoomkeyProvider>
  </StrictMode>,
)
