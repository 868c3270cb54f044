import { renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { createRoomkeyClient } from '../src/index.ts'
import {
  RoomkeyProvider,
  useAudioLevel,
  useLocalMedia,
  useMessages,
  useParticipants,
  useRoom,
} from '../src/react/index.ts'

function Page() {
  const media = useLocalMedia({ camera: true })
  const call = useRoom({ roomSid: 'daily', userId: 'alice', media })
  const others = useParticipants(call.room)
  const { messages } = useMessages(call.room)
  const level = useAudioLevel(media.microphone.track)
  return `${call.status} ${media.camera.status} ${others.length} ${messages.length} ${level}`
}

test('the hooks render on a server, where nothing is joined or opened', () => {
  const client = createRoomkeyClient({ url: 'http://server.test' })
  const html = renderToString(
    <RoomkeyProvider client={client}>
      <Page />
    </RoomkeyProvider>,
  )
  expect(html).toBe('joining off 0 0 0')
})
