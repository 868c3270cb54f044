import type { RouterConfig } from '../trpc-internals.ts'
import type { EventStreamsOptions } from './event-streams.ts'
import { trpcFrames } from './frames.ts'

type SseOptions = RouterConfig['sse']

const DEFAULT_PING_MS = 1000

/** How streams behave for a router's `sse` options. */
export function toStreamsOptions(sse: SseOptions): EventStreamsOptions {
  return {
    frames: trpcFrames(sse?.client),
    pingMs: sse?.ping?.enabled ? (sse.ping.intervalMs ?? DEFAULT_PING_MS) : null,
    maxDurationMs: sse?.maxDurationMs,
  }
}

/** @throws Error where clients would give up between two pings. */
export function requireTimelyPings(sse: SseOptions): void {
  const intervalMs = sse?.ping?.intervalMs ?? DEFAULT_PING_MS
  const reconnectMs = sse?.client?.reconnectAfterInactivityMs
  if (!sse?.ping?.enabled || !reconnectMs || intervalMs <= reconnectMs) return
  throw new Error(
    `Ping interval must be less than client reconnect interval to prevent unnecessary reconnection - ping.intervalMs: ${intervalMs} client.reconnectAfterInactivityMs: ${reconnectMs}`,
  )
}
