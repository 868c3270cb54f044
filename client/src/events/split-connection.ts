import type { FollowedEvent } from '@roomkey/shared'
import { createEntryQueue } from './entry-queue.ts'
import { isLater, type Follow, type FollowRequest, type FollowedRoom } from './follow.ts'

/** Rooms on one connection: the server takes twice as many, but their ids stand in its address. */
const MAX_ROOMS = 50

/** Follows rooms on as many connections as that many need. */
export function splitConnection(connect: Follow): Follow {
  return (request, signal, onInterrupted) =>
    request.rooms.length <= MAX_ROOMS
      ? connect(request, signal, onInterrupted)
      : merge(connect, request, signal, onInterrupted)
}

async function* merge(
  connect: Follow,
  { rooms, types }: FollowRequest,
  signal: AbortSignal,
  onInterrupted: (() => void) | undefined,
): AsyncGenerator<FollowedEvent, void> {
  const queue = createEntryQueue<FollowedEvent>()
  const ended = new AbortController()
  const onAbort = () => ended.abort(signal.reason)
  signal.addEventListener('abort', onAbort)
  const parts = Array.from({ length: Math.ceil(rooms.length / MAX_ROOMS) }, (_, index) =>
    rooms.slice(index * MAX_ROOMS, (index + 1) * MAX_ROOMS),
  )
  const behind = new Set(parts)
  let open = parts.length
  let earliest: string | undefined

  const read = async (part: FollowedRoom[]) => {
    const interrupt = () => {
      behind.add(part)
      onInterrupted?.()
    }
    try {
      for await (const entry of connect({ rooms: part, types }, ended.signal, interrupt)) {
        if (entry.type !== 'caught-up') queue.push(entry)
        else if (behind.delete(part)) {
          // Nothing after this id is missing in any of them.
          if (earliest === undefined || isLater(earliest, entry.id)) earliest = entry.id
          if (behind.size === 0) queue.push({ ...entry, id: earliest })
        }
      }
      if (--open === 0) queue.end()
    } catch (error) {
      queue.end({ error })
    }
  }
  for (const part of parts) void read(part)
  try {
    for (let entry = await queue.next(); entry !== undefined; entry = await queue.next()) yield entry
  } finally {
    signal.removeEventListener('abort', onAbort)
    ended.abort()
  }
}
