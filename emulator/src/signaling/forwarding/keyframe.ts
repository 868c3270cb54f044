import type { Dimensions } from '../media/video-selection.ts'

/** The beginning of a picture that needs no other; its size, where the codec says so at once. */
export type Keyframe = { dimensions: Dimensions | null }

/** @returns what begins in a packet, or `null` when it is no keyframe */
export function findKeyframe(codec: string, payload: Buffer): Keyframe | null {
  switch (codec.toLowerCase()) {
    case 'vp8':
      return findVp8Keyframe(payload)
    case 'h264':
      return isH264Keyframe(payload) ? { dimensions: null } : null
    default:
      // Sound begins anywhere.
      return { dimensions: null }
  }
}

/** Source: RFC 7741, 4.2 and 4.3; RFC 6386, 9.1. */
function findVp8Keyframe(payload: Buffer): Keyframe | null {
  const first = payload[0] ?? 0
  // The first packet of the first partition alone holds the frame's header.
  if ((first & 0x10) === 0 || (first & 0x0f) !== 0) return null
  let at = 1
  if (first & 0x80) {
    const extended = payload[at++] ?? 0
    if (extended & 0x80) at += (payload[at] ?? 0) & 0x80 ? 2 : 1
    if (extended & 0x40) at++
    if (extended & 0x30) at++
  }
  if (payload.length <= at || ((payload[at] ?? 1) & 0x01) !== 0) return null
  if (payload.length < at + 10) return { dimensions: null }
  const width = payload.readUInt16LE(at + 6) & 0x3fff
  const height = payload.readUInt16LE(at + 8) & 0x3fff
  return { dimensions: width > 0 && height > 0 ? { width, height } : null }
}

const IDR = 5
const PARAMETERS = 7
const AGGREGATION = 24
const FRAGMENT = 28

/** Source: RFC 6184, 5.6 to 5.8. */
function isH264Keyframe(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & 0x1f
  if (type === FRAGMENT) {
    const header = payload[1] ?? 0
    return (header & 0x80) !== 0 && (header & 0x1f) === IDR
  }
  if (type !== AGGREGATION) return type === IDR || type === PARAMETERS
  for (let at = 1; at + 2 < payload.length; at += 2 + payload.readUInt16BE(at)) {
    const inner = (payload[at + 2] ?? 0) & 0x1f
    if (inner === IDR || inner === PARAMETERS) return true
  }
  return false
}
