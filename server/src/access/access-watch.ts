import type { ErrorCode } from '@roomkey/shared'
import type { Log } from '../core/log.ts'
import { isVideoError } from '../core/video-error.ts'
import type { Store } from '../store/store.ts'

/** A stream that lasts only as long as its caller is allowed to read it. */
export type Watched = {
  /** The rooms it is about; `undefined`: all. */
  roomSids(): readonly string[] | undefined
  /** Authenticates the caller again. Fails when the credentials are no longer good, or are somebody else's. */
  checkCaller(): Promise<void>
  /** Authorizes the caller again for one room; `undefined`: for what concerns no room. */
  checkRoom(roomSid: string | undefined): Promise<void>
  /** The caller's credentials are no longer good. */
  onCallerRefused(error: unknown): void
  /** The caller may no longer read about this room. */
  onRoomRefused(roomSid: string | undefined, error: unknown): void
}

/** Checks again, when access may have changed, whether callers may still read their streams. */
export type AccessWatch = {
  /** Watches until what it returns is called. */
  add(watched: Watched): () => void
  close(): void
}

type Entry = { watched: Watched; callerAt: number; roomsAt: number; isBusy: boolean }

const LOOK_EVERY_MS = 1000

/** Nothing announces that a sign-in has expired: how late that may be noticed. */
const CALLER_EVERY_MS = 10_000
/** Changes in the store are announced at once; this is for announcements that were missed. */
const ROOMS_EVERY_MS = 60_000
/** When everything has to be checked, the checks are spread over this time. */
const SPREAD_MS = 3000

export function createAccessWatch(store: Store, log: Log): AccessWatch {
  const entries = new Set<Entry>()
  let timer: NodeJS.Timeout | undefined
  let unlisten: () => void = () => undefined

  async function begin(): Promise<void> {
    const { changes } = await store.open()
    unlisten()
    unlisten = changes.listen((change) => {
      if (change.kind === 'access') for (const entry of entriesOf(change.roomSid)) void check(entry, true)
      if (change.kind === 'anything') for (const entry of entries) soon(entry)
    })
  }

  function entriesOf(roomSid: string): Entry[] {
    return [...entries].filter(({ watched }) => watched.roomSids()?.includes(roomSid) ?? true)
  }

  function soon(entry: Entry): void {
    entry.roomsAt = Math.min(entry.roomsAt, performance.now() + Math.random() * SPREAD_MS)
  }

  function look(): void {
    const now = performance.now()
    for (const entry of entries) {
      if (entry.roomsAt <= now) void check(entry, true)
      else if (entry.callerAt <= now) void check(entry, false)
    }
  }

  async function check(entry: Entry, withRooms: boolean): Promise<void> {
    if (entry.isBusy) {
      // What is asked right now may have been asked before it changed.
      if (withRooms) entry.roomsAt = 0
      return
    }
    const { watched } = entry
    entry.isBusy = true
    entry.callerAt = performance.now() + CALLER_EVERY_MS
    if (withRooms) entry.roomsAt = performance.now() + ROOMS_EVERY_MS
    const mayGoOn = await attempt(
      () => watched.checkCaller(),
      (error) => watched.onCallerRefused(error),
    )
    if (mayGoOn && withRooms) {
      for (const roomSid of watched.roomSids() ?? [undefined]) {
        await attempt(
          () => watched.checkRoom(roomSid),
          (error) => watched.onRoomRefused(roomSid, error),
        )
      }
    }
    entry.isBusy = false
  }

  /** A check that could not be made refuses nobody: it is made later. */
  async function attempt(ask: () => Promise<void>, refuse: (error: unknown) => void): Promise<boolean> {
    try {
      await ask()
      return true
    } catch (error) {
      if (!isVideoError(error) || !REFUSALS.has(error.code)) {
        log.debug({ err: error }, 'whether a caller may go on could not be asked')
        return true
      }
      refuse(error)
      return false
    }
  }

  return {
    add(watched) {
      const now = performance.now()
      const entry = { watched, callerAt: now + CALLER_EVERY_MS, roomsAt: now + ROOMS_EVERY_MS, isBusy: false }
      // What changed while it began.
      soon(entry)
      if (entries.size === 0) {
        timer = setInterval(look, LOOK_EVERY_MS).unref()
        begin().catch((error: unknown) => log.warn({ err: error }, 'changes of access are not heard of at once'))
      }
      entries.add(entry)
      return () => {
        entries.delete(entry)
        if (entries.size === 0) clearInterval(timer)
      }
    },
    close() {
      clearInterval(timer)
      unlisten()
    },
  }
}

const REFUSALS: ReadonlySet<ErrorCode> = new Set([
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'BANNED',
  'ROOM_NOT_FOUND',
  'INVITE_NOT_FOUND',
  'INVITE_EXPIRED',
  'INVITE_REVOKED',
])
