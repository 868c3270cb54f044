import type { RawData } from 'ws'

/** The text of a WebSocket message, in whichever form it came. */
export function toText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString()
  return (data instanceof ArrayBuffer ? Buffer.from(data) : data).toString()
}
