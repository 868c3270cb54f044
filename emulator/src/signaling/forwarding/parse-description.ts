import type { Codec, Description, Direction, Extension, Fingerprint, Section, StreamSource } from './description.ts'

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

function parseSection(part: string): Section | null {
  const media = /^m=(audio|video|application) (\d+) (\S+)(.*)$/m.exec(part)
  const mid = match(part, /^a=mid:([!-~]{1,64})\r?$/m)
  if (media === null || mid === null) return null
  const [, kind, port, , formats = ''] = media
  // Firefox offers what shares a transport with other sections so. Source: RFC 8843, 6.
  const isRejected = port === '0' && !/^a=bundle-only\r?$/m.test(part)
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

function match(text: string, pattern: RegExp): string | null {
  return pattern.exec(text)?.[1] ?? null
}

function pairs(text: string, pattern: RegExp): [string, string][] {
  return Array.from(text.matchAll(pattern), ([, first = '', second = '']) => [first, second])
}
