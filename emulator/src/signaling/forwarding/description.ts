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

/** Longer lists than any browser's are cut. */
const MAX_SECTIONS = 512
const MAX_CODECS = 128
const MAX_EXTENSIONS = 32
const MAX_SOURCES = 16

/** @returns `null` when it is no description that media could follow from */
export function parseDescription(sdp: string): Description | null {
  const [session = '', ...parts] = sdp.split(/^(?=m=)/m)
  if (parts.length === 0 || parts.length > MAX_SECTIONS) return null
  const sections: Section[] = []
  const mids = new Set<string>()
  for (const part of parts) {
    const section = parseSection(part)
    // Without a name of its own it could not be answered.
    if (section === null || mids.has(section.mid)) return null
    mids.add(section.mid)
    sections.push(section)
  }
  const iceUfrag = match(sdp, /^a=ice-ufrag:([\w+/=-]{4,256})\r?$/m)
  const icePassword = match(sdp, /^a=ice-pwd:([\w+/=-]{22,256})\r?$/m)
  const fingerprints = parseFingerprints(session).concat(parts.flatMap(parseFingerprints)).slice(0, 8)
  if (iceUfrag === null || icePassword === null || fingerprints.length === 0) return null
  return { sections, iceUfrag, icePassword, fingerprints }
}

/** What this end says of itself in every description. */
export type LocalParameters = {
  /** Of the session: constant, and one more for each description. */
  sessionId: number
  version: number
  iceUfrag: string
  icePassword: string
  fingerprint: Fingerprint
  /** In an offer `actpass`, in an answer `passive`: the client begins the handshake. */
  setup: 'actpass' | 'passive'
  addresses: readonly string[]
  port: number
}

export function formatDescription(sections: readonly Section[], local: LocalParameters): string {
  const bundled = sections.filter(({ isRejected }) => !isRejected).map(({ mid }) => mid)
  const lines = [
    'v=0',
    `o=- ${local.sessionId} ${local.version} IN IP4 127.0.0.1`,
    's=-',
    't=0 0',
    'a=ice-lite',
    `a=group:BUNDLE ${bundled.join(' ')}`,
    'a=extmap-allow-mixed',
    'a=msid-semantic: WMS *',
  ]
  for (const section of sections) {
    if (section.kind === 'application') lines.push(...formatApplication(section))
    else lines.push(...formatMedia(section))
    if (!section.isRejected) lines.push(...formatTransport(local))
    lines.push(`a=mid:${section.mid}`)
  }
  return `${lines.join('\r\n')}\r\n`
}

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

function parseSection(part: string): Section | null {
  const media = /^m=(audio|video|application) (\d+) (\S+)(.*)$/m.exec(part)
  const mid = match(part, /^a=mid:([!-~]{1,64})\r?$/m)
  if (media === null || mid === null) return null
  const [, kind, port, , formats = ''] = media
  const isRejected = port === '0'
  if (kind === 'application') {
    const sctpPort = Number(match(part, /^a=sctp-port:(\d{1,5})\r?$/m) ?? 5000)
    return { kind, mid, isRejected, sctpPort: Math.min(sctpPort, 65_535) }
  }
  return {
    kind: kind === 'audio' ? 'audio' : 'video',
    mid,
    isRejected,
    direction: (match(part, /^a=(sendrecv|sendonly|recvonly|inactive)\r?$/m) ?? 'sendrecv') as Direction,
    codecs: parseCodecs(part, formats.trim().split(/\s+/)),
    extensions: parseExtensions(part),
    trackId: match(part, /^a=msid:\S+ ([!-~]{1,128})\r?$/m),
    streamId: match(part, /^a=msid:([!-~]{1,128}) /m),
    sources: parseSources(part),
  }
}

function parseCodecs(part: string, formats: readonly string[]): Codec[] {
  const names = new Map(pairs(part, /^a=rtpmap:(\d{1,3}) (\S+?)\r?$/gm))
  const parameters = new Map(pairs(part, /^a=fmtp:(\d{1,3}) ([^\r\n]{1,512}?)\r?$/gm))
  const feedback = pairs(part, /^a=rtcp-fb:(\d{1,3}|\*) ([\w -]{1,32}?)\r?$/gm)
  const codecs: Codec[] = []
  for (const format of formats.slice(0, MAX_CODECS)) {
    const [name, clockRate, channels = '1'] = (names.get(format) ?? '').split('/')
    const payloadType = Number(format)
    if (!name || !/^[\w-]{1,32}$/.test(name) || !/^\d{1,6}$/.test(clockRate ?? '') || payloadType > 127) continue
    codecs.push({
      payloadType,
      name,
      clockRate: Number(clockRate),
      channels: Number(channels) || 1,
      parameters: parameters.get(format) ?? '',
      feedback: feedback.filter(([payload]) => payload === format || payload === '*').map(([, value]) => value),
    })
  }
  return codecs
}

function parseExtensions(part: string): Extension[] {
  return pairs(part, /^a=extmap:(\d{1,2})(?:\/\w+)? ([!-~]{1,256}?)(?: [^\r\n]*)?\r?$/gm)
    .map(([id, uri]) => ({ id: Number(id), uri }))
    .filter(({ id }) => id >= 1 && id <= 14)
    .slice(0, MAX_EXTENSIONS)
}

function parseSources(part: string): StreamSource[] {
  const groups = pairs(part, /^a=ssrc-group:(\w+) ([\d ]{1,128}?)\r?$/gm).map(
    ([semantics, list]) => [semantics, list.split(' ').map(Number).filter(isSsrc)] as const,
  )
  const repairs = new Map<number, number>()
  for (const [semantics, [ssrc, rtxSsrc]] of groups) {
    if (semantics === 'FID' && ssrc !== undefined && rtxSsrc !== undefined) repairs.set(ssrc, rtxSsrc)
  }
  const layers = groups.find(([semantics]) => semantics === 'SIM')?.[1]
  const named = pairs(part, /^a=ssrc:(\d{1,10}) (\S)/gm)
    .map(([ssrc]) => Number(ssrc))
    .filter(isSsrc)
  const repairing = new Set([
    ...repairs.values(),
    ...groups.filter(([name]) => name === 'FEC-FR').flatMap(([, [, fec]]) => fec ?? []),
  ])
  const primary = layers ?? [...new Set(named)].filter((ssrc) => !repairing.has(ssrc)).slice(0, 1)
  return primary.slice(0, MAX_SOURCES).map((ssrc) => ({ ssrc, rtxSsrc: repairs.get(ssrc) ?? null }))
}

function parseFingerprints(part: string): Fingerprint[] {
  return pairs(part, /^a=fingerprint:([\w-]{1,16}) ([0-9A-Fa-f:]{1,256})\r?$/gm).map(([algorithm, value]) => ({
    algorithm,
    value,
  }))
}

function isSsrc(ssrc: number): boolean {
  return Number.isInteger(ssrc) && ssrc > 0 && ssrc <= 0xffffffff
}

function formatMedia(section: MediaSection): string[] {
  const { kind, isRejected, codecs } = section
  const payloads = codecs.length > 0 ? codecs.map(({ payloadType }) => payloadType).join(' ') : '0'
  const lines = [`m=${kind} ${isRejected ? 0 : 9} UDP/TLS/RTP/SAVPF ${payloads}`, 'c=IN IP4 0.0.0.0']
  if (isRejected) return [...lines, 'a=inactive']
  lines.push('a=rtcp:9 IN IP4 0.0.0.0', `a=${section.direction}`, 'a=rtcp-mux', 'a=rtcp-rsize')
  for (const { id, uri } of section.extensions) lines.push(`a=extmap:${id} ${uri}`)
  for (const { payloadType, name, clockRate, channels, parameters, feedback } of codecs) {
    lines.push(`a=rtpmap:${payloadType} ${name}/${clockRate}${channels > 1 ? `/${channels}` : ''}`)
    for (const value of feedback) lines.push(`a=rtcp-fb:${payloadType} ${value}`)
    if (parameters) lines.push(`a=fmtp:${payloadType} ${parameters}`)
  }
  if (section.trackId === null) return lines
  const msid = `${section.streamId ?? '-'} ${section.trackId}`
  lines.push(`a=msid:${msid}`)
  for (const { ssrc, rtxSsrc } of section.sources) {
    if (rtxSsrc !== null) lines.push(`a=ssrc-group:FID ${ssrc} ${rtxSsrc}`)
    for (const each of rtxSsrc === null ? [ssrc] : [ssrc, rtxSsrc]) {
      lines.push(`a=ssrc:${each} cname:${section.streamId ?? 'emulator'}`, `a=ssrc:${each} msid:${msid}`)
    }
  }
  return lines
}

function formatApplication({ isRejected, sctpPort }: ApplicationSection): string[] {
  const lines = [`m=application ${isRejected ? 0 : 9} UDP/DTLS/SCTP webrtc-datachannel`, 'c=IN IP4 0.0.0.0']
  return isRejected ? lines : [...lines, `a=sctp-port:${sctpPort}`, 'a=max-message-size:262144']
}

function formatTransport(local: LocalParameters): string[] {
  const candidates = local.addresses.map((address, index) => {
    // Of several, browsers try those with the higher priority first.
    const priority = (126 << 24) + ((65_535 - index) << 8) + 255
    return `a=candidate:${index + 1} 1 udp ${priority} ${address} ${local.port} typ host`
  })
  return [
    `a=ice-ufrag:${local.iceUfrag}`,
    `a=ice-pwd:${local.icePassword}`,
    ...candidates,
    'a=end-of-candidates',
    `a=fingerprint:${local.fingerprint.algorithm} ${local.fingerprint.value}`,
    `a=setup:${local.setup}`,
  ]
}

function match(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null
}

function pairs(text: string, pattern: RegExp): [string, string][] {
  return Array.from(text.matchAll(pattern), ([, first = '', second = '']) => [first, second])
}
