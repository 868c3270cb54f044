import { EventEmitter, on } from 'node:events'
import { initTRPC, tracked, type AnyTRPCRouter } from '@trpc/server'
import { z } from 'zod'

/** What is sent to every subscriber: an event the size of a room's, with the moment it was sent. */
export type FanOutEvent = { sentAt: number; room: string; participant: string; text: string }

export function createEvent(): FanOutEvent {
  return {
    sentAt: performance.timeOrigin + performance.now(),
    room: 'RM12345678901234567890123456789012',
    participant: 'PA12345678901234567890123456789012',
    text: 'participant-connected'.padEnd(80, '.'),
  }
}

const t = initTRPC.create({ isDev: false, sse: { ping: { enabled: true, intervalMs: 10_000 } } })
const InputSchema = z.object({ lastEventId: z.string().optional() }).optional()

/** One subscription, over whatever `subscribe` gives. */
export function createFanOutRouter(
  subscribe: (options: { lastEventId: string | undefined; signal: AbortSignal | undefined }) => AsyncIterable<unknown>,
): AnyTRPCRouter {
  return t.router({
    events: t.procedure
      .input(InputSchema)
      .subscription(({ input, signal }) => subscribe({ lastEventId: input?.lastEventId, signal })),
  })
}

/** A subscription as tRPC's documentation writes it: an emitter behind an async generator. */
export function createEmitterSource() {
  const emitter = new EventEmitter().setMaxListeners(0)
  let id = 0
  return {
    publish: () => emitter.emit('event', String(++id), createEvent()),
    subscribe: async function* ({ signal }: { signal: AbortSignal | undefined }) {
      for await (const [eventId, event] of on(emitter, 'event', { signal })) {
        yield tracked(eventId as string, event as FanOutEvent)
      }
    },
    count: () => emitter.listenerCount('event'),
  }
}

/**
 * Publishes `events`, `everyMs` apart, or each in a turn of its own when that is 0: nothing is sent in bulk that
 * happened one by one.
 */
export async function publishAll(publish: () => unknown, argument: unknown): Promise<void> {
  const { events, everyMs } = argument as { events: number; everyMs: number }
  for (let n = 0; n < events; n++) {
    publish()
    await new Promise((resolve) => (everyMs === 0 ? setImmediate(resolve) : setTimeout(resolve, everyMs)))
  }
}
