import { createTRPCClient, httpBatchLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { StrictMode, useEffect, useState, type ReactNode } from 'react'
import { createRoot } from 'react-dom/client'
import type { RemoteParticipant, RemoteTrackPublication } from 'twilio-video'
import type { TeamRouter } from '../team-server.ts'
import { createRoomkeyClient, roomkeyFrom, toRoomkeyError, type RoomkeyClient } from '../../src/index.ts'
import {
  RoomkeyProvider,
  useAudioLevel,
  useLocalMedia,
  useMessages,
  useParticipants,
  useRoom,
  useRoomEvents,
  useRoomPresence,
  useTrack,
  useTracks,
  type LocalMedia,
  type Messages,
  type RoomEventsView,
  type RoomHandle,
  type RoomPresence,
  type UseRoomOptions,
} from '../../src/react/index.ts'

/** What a test sees of the page, and can do in it. */
export type Stage = {
  media: LocalMedia
  call: RoomHandle | null
  /** Every status so far. */
  statuses: string[]
  messages: Messages | null
  others: string[]
  /** Who of them lost the connection. */
  reconnecting: string[]
  /** Every track the browser ever opened or cloned here: the light is off when all have ended. */
  opened: MediaStreamTrack[]
  /** How often effects of one mounting ran: twice under StrictMode. */
  effects: number
  /** The highest level of the microphone so far. */
  loudest: number
  /** Follows a room; what it says is in `heard`: `caught-up`, or who came. */
  follow(sid: string, lastEventId?: string): void
  heard: Record<string, string[]>
  /** Why following ended. */
  unheard: string[]
  /** Who is in the room by `useRoomPresence`, and what happened by `useRoomEvents`, while `watch` says so. */
  watch(sid: string | null): void
  watched: { presence: RoomPresence; events: RoomEventsView } | null
  /** The code that a call fails with, with credentials, to another address. */
  failureOf(url: string): Promise<string>
  enter(options: UseRoomOptions | null): void
  /** Takes everything away, hooks included. */
  unmount(): void
}
declare global {
  interface Window {
    stage: Stage
  }
}

const SMALL = { width: 160, height: 120, frameRate: 10 }

const opened: MediaStreamTrack[] = []
const { mediaDevices } = navigator
const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices)
mediaDevices.getUserMedia = async (constraints) => {
  const stream = await getUserMedia(constraints)
  opened.push(...stream.getTracks())
  return stream
}
// oxlint-disable-next-line typescript/unbound-method -- it is called on a track below
const { clone } = MediaStreamTrack.prototype
MediaStreamTrack.prototype.clone = function () {
  const track = clone.call(this)
  opened.push(track)
  return track
}

function App(): ReactNode {
  const [options, setOptions] = useState<UseRoomOptions | null>(null)
  const media = useLocalMedia({ video: SMALL })
  const [watched, watch] = useState<string | null>(null)
  const level = useAudioLevel(media.microphone.track)
  Object.assign(window.stage, { media, watch, enter: setOptions, loudest: Math.max(level, window.stage.loudest) })
  useEffect(() => {
    window.stage.effects += 1
  }, [])
  return (
    <>
      {options !== null && <Call options={{ ...options, media }} />}
      {watched !== null && <Watched sid={watched} />}
    </>
  )
}

function Watched({ sid }: { sid: string }): ReactNode {
  const presence = useRoomPresence(sid)
  const events = useRoomEvents(sid, { lastEventId: '0' })
  window.stage.watched = { presence, events }
  return null
}

async function follow(sid: string, lastEventId?: string): Promise<void> {
  const heard = (window.stage.heard[sid] ??= [])
  try {
    for await (const event of client.rooms.events({ sid, lastEventId })) {
      if (event.type === 'participant-connected') heard.push(event.identity)
      else if (event.type === 'caught-up') heard.push(event.type)
    }
  } catch (error) {
    window.stage.unheard.push(toRoomkeyError(error).code)
  }
}

function Call({ options }: { options: UseRoomOptions }): ReactNode {
  const call = useRoom(options)
  const messages = useMessages(call.room)
  useEffect(() => {
    call.room?.on('participantReconnecting', ({ identity }) => window.stage.reconnecting.push(identity))
  }, [call.room])
  const others = useParticipants(call.status === 'ended' ? null : call.room)
  if (window.stage.statuses.at(-1) !== call.status) window.stage.statuses.push(call.status)
  Object.assign(window.stage, { call, messages, others: others.map(({ identity }) => identity) })
  return others.map((participant) => <Tile key={participant.sid} participant={participant} />)
}

function Tile({ participant }: { participant: RemoteParticipant }): ReactNode {
  const publications = useTracks(participant)
  return publications.map((publication) => (
    <Track key={publication.trackSid} publication={publication} identity={participant.identity} />
  ))
}

function Track({ publication, identity }: { publication: RemoteTrackPublication; identity: string }): ReactNode {
  const { kind, attach, isEnabled, dimensions } = useTrack(publication)
  const data = { 'data-of': identity, 'data-enabled': isEnabled, 'data-width': dimensions?.width }
  if (kind === 'video') return <video {...data} ref={attach} />
  return kind === 'audio' ? <audio {...data} ref={attach} /> : <i {...data} data-kind={kind} />
}

async function failureOf(address: string): Promise<string> {
  const caller = createRoomkeyClient({ url: address, auth: () => 'secret' })
  try {
    return `none: ${(await caller.auth.whoami()).kind}`
  } catch (error) {
    return toRoomkeyError(error).code
  }
}

/** Each way to a server that there is. The site passes requests below `/api` on, as a proxy of the same origin does. */
function createClient(way: string | null): RoomkeyClient {
  const url = new URLSearchParams(location.search).get('server') ?? ''
  if (way === 'relative') return createRoomkeyClient({ url: '/api' })
  if (way === 'path') return createRoomkeyClient({ url: `${url}/team`, path: 'video' })
  const token = new URLSearchParams(location.search).get('token')
  if (way !== 'own') return createRoomkeyClient({ url, ...(token !== null && { auth: () => token }) })
  const team = `${url}/team/trpc`
  const trpc = createTRPCClient<TeamRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({ url: team }),
        false: httpBatchLink({ url: team }),
      }),
    ],
  })
  return roomkeyFrom(trpc.video)
}

const root = createRoot(document.body.appendChild(document.createElement('main')))
window.stage = {
  opened,
  effects: 0,
  loudest: 0,
  statuses: [],
  reconnecting: [],
  heard: {},
  unheard: [],
  watched: null,
  follow: (sid: string, lastEventId?: string) => void follow(sid, lastEventId),
  failureOf,
  unmount: () => root.unmount(),
  call: null,
  messages: null,
  others: [],
} as unknown as Stage
const client = createClient(new URLSearchParams(location.search).get('way'))
root.render(
  <StrictMode>
    <RoomkeyProvider client={client}>
      <App />
    </RoomkeyProvider>
  </StrictMode>,
)
