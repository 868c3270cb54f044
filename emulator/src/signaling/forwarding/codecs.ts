import type { Codec, Extension, MediaKind, MediaSection } from './description.ts'

/** What can be forwarded: what begins with a keyframe is told from the packets, so each codec must be known. */
const FORWARDED: Record<MediaKind, readonly string[]> = { audio: ['opus'], video: ['VP8', 'H264'] }
const FEEDBACK = new Set(['nack', 'nack pli', 'ccm fir', 'goog-remb', 'transport-cc'])

export const EXTENSIONS = {
  mid: 'urn:ietf:params:rtp-hdrext:sdes:mid',
  audioLevel: 'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  sendTime: 'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  transportSequence: 'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
  orientation: 'urn:3gpp:video-orientation',
} as const

const ACCEPTED_EXTENSIONS: ReadonlySet<string> = new Set(Object.values(EXTENSIONS))

/** For lines of a kind that a client has never described itself. */
const DEFAULTS: Record<MediaKind, { codecs: readonly Codec[]; extensions: readonly Extension[] }> = {
  audio: {
    codecs: [codec(111, 'opus', 48_000, 'minptime=10;useinbandfec=1', [])],
    extensions: [{ id: 1, uri: EXTENSIONS.audioLevel }],
  },
  video: {
    codecs: [
      codec(96, 'VP8', 90_000, '', ['goog-remb', 'transport-cc', 'ccm fir', 'nack', 'nack pli']),
      codec(97, 'rtx', 90_000, 'apt=96', []),
      codec(102, 'H264', 90_000, 'level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f', [
        'goog-remb',
        'transport-cc',
        'ccm fir',
        'nack',
        'nack pli',
      ]),
      codec(103, 'rtx', 90_000, 'apt=102', []),
    ],
    extensions: [{ id: 2, uri: EXTENSIONS.sendTime }],
  },
}

/** What of a client's section is accepted for the track that it sends. */
export function acceptCodecs({ kind, codecs }: MediaSection, roomCodecs: readonly string[]): Codec[] {
  const isWanted = ({ name }: Codec) =>
    includes(FORWARDED[kind], name) && (kind === 'audio' || includes(roomCodecs, name))
  const payloads = new Set(codecs.filter(isWanted).map(({ payloadType }) => payloadType))
  return codecs
    .filter((each) => isWanted(each) || (isRetransmission(each) && payloads.has(repairedBy(each))))
    .map((each) => ({ ...each, feedback: each.feedback.filter((value) => FEEDBACK.has(value)) }))
}

export function acceptExtensions(extensions: readonly Extension[]): Extension[] {
  return extensions.filter(({ uri }) => ACCEPTED_EXTENSIONS.has(uri))
}

export function defaultSection(kind: MediaKind): { codecs: Codec[]; extensions: Extension[] } {
  const { codecs, extensions } = DEFAULTS[kind]
  return { codecs: [...codecs], extensions: [...extensions] }
}

export type PayloadTypes = { media: number; retransmission: number | null }

/** How one end calls what another end calls `codec`; `null` when it does not know it. */
export function findPayloadTypes(codec: Codec, codecs: readonly Codec[]): PayloadTypes | null {
  const equal = codecs.find((each) => isSameCodec(each, codec))
  if (equal === undefined) return null
  const repair = codecs.find((each) => isRetransmission(each) && repairedBy(each) === equal.payloadType)
  return { media: equal.payloadType, retransmission: repair?.payloadType ?? null }
}

export function isRetransmission({ name }: Codec): boolean {
  return name.toLowerCase() === 'rtx'
}

/** The payload type that a retransmission stands for. */
export function repairedBy({ parameters }: Codec): number {
  return Number(/\bapt=(\d+)/.exec(parameters)?.[1] ?? -1)
}

function isSameCodec(one: Codec, other: Codec): boolean {
  if (one.name.toLowerCase() !== other.name.toLowerCase() || one.clockRate !== other.clockRate) return false
  if (one.name.toLowerCase() !== 'h264') return true
  // Decoders take every profile that they name; levels are asymmetric. RFC 6184, 8.2.2.
  return packetizationOf(one) === packetizationOf(other) && profileOf(one) === profileOf(other)
}

function packetizationOf({ parameters }: Codec): string {
  return /packetization-mode=(\d)/.exec(parameters)?.[1] ?? '0'
}

function profileOf({ parameters }: Codec): string {
  return /profile-level-id=([0-9a-f]{4})/i.exec(parameters)?.[1]?.toLowerCase() ?? '4200'
}

function includes(names: readonly string[], name: string): boolean {
  return names.some((each) => each.toLowerCase() === name.toLowerCase())
}

function codec(payloadType: number, name: string, clockRate: number, parameters: string, feedback: string[]): Codec {
  return { payloadType, name, clockRate, channels: name === 'opus' ? 2 : 1, parameters, feedback }
}
