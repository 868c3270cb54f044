import type { StreamTimes } from '../core/stream-times.ts'

/** tRPC's options for streams: a client that hears nothing, pings neither, for longer than two of them makes it anew. */
export function toSseOptions({ pingMs }: StreamTimes) {
  return { ping: { enabled: true, intervalMs: pingMs }, client: { reconnectAfterInactivityMs: 2 * pingMs + 10_000 } }
}
