/// <reference lib="dom" />
import type * as TwilioVideo from 'twilio-video'
import type { ConnectOptions, RemoteParticipant, Room } from 'twilio-video'

/** Something that a Room or its LocalParticipant emitted, in words that survive the way out of the page. */
export type RoomEvent = {
  /** The event's name; those of the LocalParticipant begin with `local.`. */
  name: string
  identity?: string
  track?: string
  kind?: string
  code?: number
  value?: unknown
}

/** A remote participant as one page sees it. */
export type Sight = {
  identity: string
  sid: string
  state: string
  tracks: { name: string; sid: string; kind: string; enabled: boolean; subscribed: boolean; priority: string }[]
}

/** What a received track has delivered so far: decoded frames, or audio energy and samples. */
export type Delivery = {
  identity: string
  track: string
  sid: string
  kind: string
  frames: number
  energy: number
  samples: number
  packets: number
}

/** Lives in each page under `window.stage`: drives the SDK and remembers what it did. */
export type Stage = {
  defaults: Record<string, unknown>
  connect(token: string, options?: StageOptions): Promise<Room>
  /** The code of the error that `connect` rejects with. */
  refusal(token: string, options?: StageOptions): Promise<number | string>
  events(room: Room): RoomEvent[]
  sights(room: Room): Sight[]
  deliveries(room: Room): Promise<Delivery[]>
  until<TValue>(what: string, check: () => TValue | Promise<TValue>, deadlineMs?: number): Promise<NonNullable<TValue>>
  event(room: Room, name: string, match?: Partial<RoomEvent>, deadlineMs?: number): Promise<RoomEvent>
  flowing(room: Room, identities: string[], deadlineMs?: number): Promise<Delivery[]>
  reached(room: Room, identities: string[], deadlineMs?: number): Promise<void>
  remote(room: Room, identity: string): Promise<RemoteParticipant>
}

export type StageOptions = Omit<ConnectOptions, 'insights'> & {
  wsServer?: string
  wsServerInsights?: string
  insights?: boolean
  iceServers?: RTCIceServer[]
}

declare global {
  interface Window {
    Twilio: { Video: typeof TwilioVideo }
    stage: Stage
  }
}
