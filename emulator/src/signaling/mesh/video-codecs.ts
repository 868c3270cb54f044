import type { ClientPeerConnection } from '../message.ts'

/** Without these, others are sent less safely; they carry no picture of their own. */
const HELPERS = ['red', 'ulpfec', 'flexfec-03']

/**
 * Takes from a client's description the video codecs that the room was created without, so that browsers agree on one
 * of the others. A description that would be left with none is not changed.
 */
export function restrictVideoCodecs(state: ClientPeerConnection, codecs: readonly string[]): ClientPeerConnection {
  const { description } = state
  if (description === undefined || description.type === 'close') return state
  const sections = description.sdp.split(/^(?=m=)/m)
  const sdp = sections.map((section) => (section.startsWith('m=video') ? restrict(section, codecs) : section)).join('')
  return { ...state, description: { ...description, sdp } }
}

function restrict(section: string, codecs: readonly string[]): string {
  const allowed = [...codecs, ...HELPERS].map((name) => name.toLowerCase())
  const names = new Map(matches(section, /^a=rtpmap:(\d+) ([^/\r\n]+)/gm))
  const repaired = new Map(matches(section, /^a=fmtp:(\d+) apt=(\d+)/gm))
  const isKept = (payload: string): boolean => {
    // A retransmission goes with the codec it repairs.
    const original = repaired.get(payload)
    return allowed.includes((names.get(original ?? payload) ?? '').toLowerCase())
  }
  const isPicture = (payload: string) =>
    codecs.some((codec) => codec.toLowerCase() === names.get(payload)?.toLowerCase())
  if (![...names.keys()].some(isPicture)) return section

  return section
    .split('\r\n')
    .map((line) => (line.startsWith('m=video') ? restrictMediaLine(line, isKept) : line))
    .filter((line) => {
      const payload = /^a=(?:rtpmap|fmtp|rtcp-fb):(\d+)/.exec(line)?.[1]
      return payload === undefined || isKept(payload)
    })
    .join('\r\n')
}

function restrictMediaLine(line: string, isKept: (payload: string) => boolean): string {
  const [media, port, protocol, ...payloads] = line.split(' ')
  return [media, port, protocol, ...payloads.filter(isKept)].join(' ')
}

function matches(text: string, pattern: RegExp): [string, string][] {
  return Array.from(text.matchAll(pattern), ([, key = '', value = '']) => [key, value])
}
