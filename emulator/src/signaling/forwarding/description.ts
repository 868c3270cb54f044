/** A session description, as far as a media server reads and writes it. Source: RFC 8866, RFC 8829. */
export type Description = {
  sections: Section[]
  iceUfrag: string
  icePassword: string
  fingerprints: Fingerprint[]
}

export type Fingerprint = { algorithm: string; value: string }

export type MediaKind = 'audio' | 'video'
export type Direction = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive'

/** One m-line with what belongs to it. */
export type Section = MediaSection | ApplicationSection

export type MediaSection = {
  kind: MediaKind
  mid: string
  /** Refused or stopped: port 0. */
  isRejected: boolean
  direction: Direction
  codecs: Codec[]
  extensions: Extension[]
  /** What is sent, if anything: the id of the track, and of the stream whose tracks are played in step. */
  trackId: string | null
  streamId: string | null
  sources: StreamSource[]
}

export type ApplicationSection = {
  kind: 'application'
  mid: string
  isRejected: boolean
  sctpPort: number
}

export type Codec = {
  payloadType: number
  /** As in `rtpmap`, without the clock rate. */
  name: string
  clockRate: number
  channels: number
  /** The text of `fmtp`, or nothing. */
  parameters: string
  feedback: string[]
}

export type Extension = { id: number; uri: string }

/** One encoding of a track: its packets, and the retransmissions of those. Of simulcast, the smallest first. */
export type StreamSource = { ssrc: number; rtxSsrc: number | null }

/** Whether the side that says so sends. */
export function isSending(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'sendonly'
}

/** Whether the side that says so receives. */
export function isReceiving(direction: Direction): boolean {
  return direction === 'sendrecv' || direction === 'recvonly'
}

export function toDirection(sends: boolean, receives: boolean): Direction {
  if (sends) return receives ? 'sendrecv' : 'sendonly'
  return receives ? 'recvonly' : 'inactive'
}
