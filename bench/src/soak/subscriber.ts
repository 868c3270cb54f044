import { setTimeout as wait } from 'node:timers/promises'
import type { RoomkeyClient } from '@roomkey/client'
import type { RoomEvent } from '@roomkey/shared'

/** Somebody who follows a room, or all of them, and comes back whenever the connection breaks. */
export type Subscriber = {
  /** Of one room, or of all. */
  readonly roomSid: string | undefined
  readonly seen: RoomEvent[]
  /** What must not be: an id that is not greater than the one before. */
  readonly mistakes: string[]
  stop(): Promise<void>
}

export function subscribe(client: RoomkeyClient, roomSid: string | undefined): Subscriber {
  const stopping = new AbortController()
  const seen: RoomEvent[] = []
  const mistakes: string[] = []
  let lastEventId = '0'

  async function follow(): Promise<void> {
    const options = { signal: stopping.signal }
    const events =
      roomSid === undefined
        ? client.events.subscribe({ lastEventId }, options)
        : client.rooms.events({ sid: roomSid, lastEventId }, options)
    for await (const event of events) {
      if (event.type === 'caught-up') continue
      if (Number(event.id) <= Number(lastEventId)) mistakes.push(`${event.id} came after ${lastEventId}`)
      lastEventId = event.id
      if (event.type === 'events-pruned') mistakes.push(`what came before ${event.id} is gone`)
      else seen.push(event)
    }
  }

  // The client resumes by itself; here it is begun anew when the server could not be reached for long, or ended the stream.
  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await follow().catch(() => undefined)
      await wait(200, undefined, { signal: stopping.signal }).catch(() => undefined)
    }
  }

  const running = run()
  return {
    roomSid,
    seen,
    mistakes,
    async stop() {
      stopping.abort()
      await running
    },
  }
}
