import type { ApplicationSection, Fingerprint, MediaSection, Section } from './description.ts'

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
