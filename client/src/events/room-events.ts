import type { FollowedEvent, Room, RoomEventsInput, StreamedEvent, Whoami } from '@roomkey/shared'
import type { SubscribeOptions } from '../call-options.ts'
import { RoomkeyError } from '../errors.ts'
import type { Transport } from '../methods.ts'
import type { Follow } from './follow.ts'
import { splitConnection } from './split-connection.ts'
import { canShareBrowser, shareBrowser } from './share-browser.ts'
import { shareConnection } from './share-connection.ts'

/** How all subscriptions of a client reach the server, while there are any. */
type Line = { follow: Promise<Follow>; close(): void }

/** `rooms.events` of a client, however many rooms, on one connection. */
export type RoomEvents = (input: RoomEventsInput, options?: SubscribeOptions) => AsyncGenerator<StreamedEvent, void>

/**
 * @param address Where the server is, for tabs of one browser to know that they mean the same; without it they share
 *   nothing
 */
export function createRoomEvents(transport: Transport, address: string | undefined): RoomEvents {
  let line: Line | undefined
  let readers = 0

  return async function* roomEvents({ sid, lastEventId, types }, { signal, onInterrupted } = {}) {
    const ended = new AbortController()
    const onAbort = () => ended.abort(signal?.reason)
    signal?.addEventListener('abort', onAbort)
    if (signal?.aborted) onAbort()
    readers += 1
    line ??= createLine(transport, address)
    try {
      const roomSid = await findSid(transport, sid, signal)
      const follow = await line.follow
      const request = { rooms: [{ sid: roomSid, lastEventId }], types }
      for await (const entry of follow(request, ended.signal, onInterrupted)) {
        if (entry.type === 'room-closed') throw new RoomkeyError(entry.code, entry.message)
        yield entry
      }
    } finally {
      signal?.removeEventListener('abort', onAbort)
      readers -= 1
      if (readers === 0) {
        line?.close()
        line = undefined
      }
    }
  }
}

/** Kinds of callers whose name tells exactly what they may see. */
const NAMED: readonly string[] = ['open', 'service', 'user']

/** A room is followed by its SID: a name may be another room's later. */
async function findSid(transport: Transport, ref: string, signal: AbortSignal | undefined): Promise<string> {
  if (/^RM[0-9a-f]{32}$/.test(ref)) return ref
  return ((await transport.request('query', 'rooms.get', { sid: ref }, { signal })) as Room).sid
}

function createLine(transport: Transport, address: string | undefined): Line {
  const connect = splitConnection(
    (request, signal, onInterrupted) =>
      transport.subscribe('events.follow', request, { signal, onInterrupted }) as AsyncIterable<FollowedEvent>,
  )
  if (address === undefined || !canShareBrowser()) {
    return { follow: Promise.resolve(shareConnection(connect)), close: () => undefined }
  }
  let isClosed = false
  let close: (() => void) | undefined
  const open = async () => {
    const caller = (await transport.request('query', 'auth.whoami', undefined)) as Whoami
    // The server does not say who the others are: one tab could see what only another's caller may.
    if (isClosed || !NAMED.includes(caller.kind)) return shareConnection(connect)
    const share = shareBrowser(connect, `roomkey.events.2 ${address} ${JSON.stringify(caller)}`)
    close = () => share.close()
    return shareConnection(share.follow)
  }
  return {
    follow: open(),
    close() {
      isClosed = true
      close?.()
    },
  }
}
