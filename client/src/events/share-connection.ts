import type { FollowedEvent, RoomEventType } from '@roomkey/shared'
import { RoomkeyError, isRoomkeyError, isTransient } from '../errors.ts'
import { afterPause } from '../online.ts'
import { createEntryQueue, type EntryQueue } from './entry-queue.ts'
import { isLater, laterOf, type Follow, type FollowRequest, type FollowedRoom } from './follow.ts'

/** One who follows rooms. */
type Follower = {
  /** By room, the last id that was delivered or is not wanted; `undefined` until `caught-up` says what is past. */
  positions: Map<string, string | undefined>
  types: readonly RoomEventType[] | undefined
  isCaughtUp: boolean
  /** Whether it was told so, and is to be told when that is over. */
  isInterrupted: boolean
  onInterrupted: (() => void) | undefined
  queue: EntryQueue<FollowedEvent>
}

/** What is read for all of them. */
type Connection = {
  controller: AbortController
  /** By room, the last event that came. */
  positions: Map<string, string | undefined>
  types: readonly RoomEventType[] | undefined
  /** The last id that came, once it is caught up: all before it is past, in every room. */
  latest: string | undefined
  followers: Set<Follower>
}

/** Entries that may wait for one reader. A slower one is sent nothing more until it has read them. */
const MAX_WAITING = 1_000
/** How long a room is kept after its last follower: another may come, and the connection would be made anew. */
const LINGER_MS = 5_000
/** The pause before a connection that ended is made again; it doubles while they end without a word. */
const BASE_DELAY_MS = 300
const MAX_DELAY_MS = 30_000

/**
 * Any number of followers on one connection. When their rooms change it is made anew, and goes on in each room after
 * the last event that came: what a follower has seen they are not told again, and nothing in between is lost.
 */
export function shareConnection(connect: Follow): Follow {
  const followers = new Set<Follower>()
  let connection: Connection | undefined
  let cancel: (() => void) | undefined
  let failures = 0

  return async function* follow({ rooms, types }, signal, onInterrupted) {
    const follower: Follower = {
      positions: new Map(rooms.map(({ sid, lastEventId }) => [sid, lastEventId])),
      types,
      isCaughtUp: false,
      isInterrupted: false,
      onInterrupted,
      queue: createEntryQueue(),
    }
    const onAbort = () => follower.queue.end({ error: aborted(signal) })
    signal.addEventListener('abort', onAbort)
    if (signal.aborted) onAbort()
    else join(follower)
    try {
      for (;;) {
        const entry = await follower.queue.next()
        if (entry === undefined) return
        yield entry
        // The reader was too slow and was sent nothing more: now it gets what it missed.
        if (follower.queue.size() === 0 && followers.has(follower)) join(follower)
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
      followers.delete(follower)
      connection?.followers.delete(follower)
      schedule(followers.size === 0 ? 0 : LINGER_MS)
    }
  }

  /** Makes a new connection, unless the present one covers all rooms. */
  function join(follower: Follower): void {
    followers.add(follower)
    if (connection?.followers.has(follower)) return
    const { latest } = connection ?? {}
    if (connection === undefined || latest === undefined || !covers(connection, follower)) return schedule(0)
    connection.followers.add(follower)
    catchUp(follower, latest)
  }

  function schedule(ms: number): void {
    if (cancel !== undefined && ms > 0) return
    cancel?.()
    cancel = afterPause(ms, () => {
      cancel = undefined
      if (!isUpToDate()) open()
    })
  }

  function isUpToDate(): boolean {
    const wanted = new Set([...followers].flatMap(({ positions }) => [...positions.keys()]))
    if (connection === undefined) return wanted.size === 0
    const { positions, followers: served } = connection
    return positions.size === wanted.size && [...followers].every((follower) => served.has(follower))
  }

  function open(): void {
    connection?.controller.abort()
    connection = undefined
    const served = [...followers].filter(({ queue }) => queue.size() < MAX_WAITING)
    const rooms = startOf(served)
    if (rooms.length === 0) return
    const isForAll = served.some(({ types }) => types === undefined)
    connection = {
      controller: new AbortController(),
      positions: new Map(rooms.map(({ sid, lastEventId }) => [sid, lastEventId])),
      types: isForAll ? undefined : [...new Set(served.flatMap(({ types = [] }) => types))],
      latest: undefined,
      followers: new Set(served),
    }
    void read(connection, { rooms, types: connection.types })
  }

  async function read(current: Connection, request: FollowRequest): Promise<void> {
    const { signal } = current.controller
    try {
      for await (const entry of connect(request, signal, () => current.followers.forEach(interrupt))) {
        if (signal.aborted) return
        deliver(current, entry)
      }
    } catch (error) {
      if (signal.aborted) return
      const isPassing = isRoomkeyError(error) && isTransient(error)
      for (const follower of current.followers) {
        // Who was told something once is told on, however long the server can't be reached.
        if (isPassing && follower.isCaughtUp) {
          interrupt(follower)
          continue
        }
        followers.delete(follower)
        follower.queue.end({ error })
      }
    }
    if (signal.aborted) return
    connection = undefined
    failures = current.latest === undefined ? failures + 1 : 0
    if (followers.size > 0) schedule(Math.min(MAX_DELAY_MS, BASE_DELAY_MS * 2 ** failures))
  }

  function deliver(current: Connection, entry: FollowedEvent): void {
    if (entry.type === 'caught-up') {
      for (const follower of current.followers) catchUp(follower, entry.id)
      for (const sid of current.positions.keys())
        current.positions.set(sid, laterOf(entry.id, current.positions.get(sid)))
    } else if (entry.type === 'room-closed') {
      const sid = entry.roomSid ?? entry.room
      current.positions.delete(sid)
      for (const follower of current.followers) {
        if (!follower.positions.delete(sid)) continue
        follower.queue.push(entry)
        if (follower.positions.size > 0) continue
        followers.delete(follower)
        follower.queue.end()
      }
      return
    } else if (entry.type === 'events-pruned') {
      if (entry.roomSid !== null) current.positions.set(entry.roomSid, entry.id)
      for (const follower of current.followers) handPruned(follower, entry)
    } else {
      if (current.positions.has(entry.roomSid)) current.positions.set(entry.roomSid, entry.id)
      for (const follower of current.followers) {
        if (!hand(follower, entry)) current.followers.delete(follower)
      }
    }
    if (entry.type === 'caught-up' || current.latest !== undefined) current.latest = laterOf(entry.id, current.latest)
  }
}

type PrunedEntry = Extract<FollowedEvent, { type: 'events-pruned' }>
type FollowedRoomEvent = Exclude<FollowedEvent, { type: 'caught-up' | 'room-closed' | 'events-pruned' }>

/** Hands over what a follower has not seen; `false` when too much is waiting for them already. */
function hand({ positions, types, queue }: Follower, entry: FollowedRoomEvent): boolean {
  const position = positions.get(entry.roomSid)
  if (position === undefined || !isLater(entry.id, position)) return true
  if (queue.size() >= MAX_WAITING) return false
  positions.set(entry.roomSid, entry.id)
  if (types === undefined || types.includes(entry.type)) queue.push(entry)
  return true
}

/** Delivers `events-pruned` to a follower that has not seen those events, and moves its position past them. */
function handPruned({ positions, queue }: Follower, entry: PrunedEntry): void {
  const position = entry.roomSid === null ? undefined : positions.get(entry.roomSid)
  if (entry.roomSid === null || position === undefined || !isLater(entry.id, position)) return
  positions.set(entry.roomSid, entry.id)
  queue.push(entry)
}

function interrupt(follower: Follower): void {
  if (follower.onInterrupted === undefined) return
  follower.isInterrupted = true
  follower.onInterrupted()
}

/** Delivers `caught-up` once, and after an interruption; from here on the follower's positions are known. */
function catchUp(follower: Follower, id: string): void {
  for (const [sid, position] of follower.positions) follower.positions.set(sid, laterOf(id, position))
  if (follower.isCaughtUp && !follower.isInterrupted) return
  follower.isCaughtUp = true
  follower.isInterrupted = false
  follower.queue.push({ type: 'caught-up', id })
}

/** Whether a connection covers all that a follower wants, and nothing of that has come yet. */
function covers({ positions, types }: Connection, follower: Follower): boolean {
  if (types !== undefined && !(follower.types?.every((type) => types.includes(type)) ?? false)) return false
  return [...follower.positions].every(([sid, after]) => {
    if (!positions.has(sid)) return false
    const position = positions.get(sid)
    return after === undefined || position === undefined || !isLater(position, after)
  })
}

/** Each room with the earliest position of its followers. One who follows from now on waits for `caught-up`. */
function startOf(followers: readonly Follower[]): FollowedRoom[] {
  const starts = new Map<string, string | undefined>()
  for (const { positions } of followers) {
    for (const [sid, position] of positions) {
      const start = starts.get(sid)
      const isEarlier = position !== undefined && (start === undefined || isLater(start, position))
      if (isEarlier || !starts.has(sid)) starts.set(sid, position)
    }
  }
  return [...starts].map(([sid, lastEventId]) => ({ sid, ...(lastEventId !== undefined && { lastEventId }) }))
}

function aborted(signal: AbortSignal): RoomkeyError {
  return new RoomkeyError('ABORTED', 'following events was aborted', { cause: signal.reason as unknown })
}
