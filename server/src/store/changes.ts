import { randomBytes } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Patience } from '../database/patience.ts'
import type { Tables } from '../database/tables.ts'
import type { Engine, Report } from './engine.ts'

/** What has changed: new events; events that were anonymized; who may enter a room; or it is not known what. */
export type Change =
  | { kind: 'events' }
  | { kind: 'anonymized' }
  | { kind: 'access'; roomSid: string }
  | { kind: 'anything' }

/** Changes of the records, by this process or another on the same database. */
export type Changes = {
  /** Announces new events, within the transaction that stores them. */
  announceEvents(transaction: Kysely<Tables>): Promise<void>
  /** Announces that events were anonymized, within the transaction that does it. */
  announceAnonymizedWith(transaction: Kysely<Tables>): Promise<void>
  /** Announces to this process that events can be read now. */
  announceAnonymized(): void
  /** Announces that access to a room has changed. Never fails: listeners also check by themselves, now and then. */
  announceAccess(roomSid: string): Promise<void>
  /** Listens to changes by this process and, once the connection for that stands, by others. */
  listen(listener: (change: Change) => void): () => void
  close(): Promise<void>
}

const CHANNEL = 'roomkey'

/** How often a file is looked at that other processes may have written to. */
const LOOK_EVERY_MS = 250

/**
 * PostgreSQL tells of changes by NOTIFY; a file is asked for its version. A connection that was lost may have missed
 * something, so anything may have changed once it is back.
 */
export function createChanges(
  database: Kysely<Tables>,
  engine: Engine,
  { report, patience }: { report: Report; patience: Patience },
): Changes {
  const listeners = new Set<(change: Change) => void>()
  // PostgreSQL delivers a process its own notifications too: by this name it tells them from others'.
  const self = randomBytes(6).toString('hex')
  let watching: Promise<{ close(): Promise<void> }> | undefined

  function dispatch(change: Change): void {
    for (const listener of listeners) listener(change)
  }

  function receive(payload: string): void {
    const [sender, kind, roomSid = ''] = payload.split(' ')
    if (sender === self) return
    if (kind === 'events' || kind === 'anonymized') dispatch({ kind })
    else if (kind === 'access') dispatch({ kind, roomSid })
  }

  async function startWatch(): Promise<{ close(): Promise<void> }> {
    if (engine.kind === 'sqlite') return watchFile(engine.sqlite.version, () => dispatch({ kind: 'anything' }))
    const { listenToPostgres } = await import('../database/postgres-listener.ts')
    return listenToPostgres(engine.url, {
      channel: CHANNEL,
      patience,
      onNotification: receive,
      onConnect: () => dispatch({ kind: 'anything' }),
      onError: (error) => report('the connection that hears of other servers was lost; it is made again', error),
    })
  }

  return {
    async announceEvents(transaction) {
      if (engine.kind === 'postgres') await notify(transaction, `${self} events`)
    },
    async announceAnonymizedWith(transaction) {
      if (engine.kind === 'postgres') await notify(transaction, `${self} anonymized`)
    },
    announceAnonymized: () => dispatch({ kind: 'anonymized' }),
    async announceAccess(roomSid) {
      dispatch({ kind: 'access', roomSid })
      if (engine.kind === 'postgres') await notify(database, `${self} access ${roomSid}`).catch(() => undefined)
    },
    listen(listener) {
      listeners.add(listener)
      watching ??= startWatch()
      return () => listeners.delete(listener)
    },
    async close() {
      listeners.clear()
      await (await watching)?.close()
    },
  }
}

async function notify(database: Kysely<Tables>, payload: string): Promise<void> {
  await sql`select pg_notify(${CHANNEL}, ${payload})`.execute(database)
}

function watchFile(version: () => number | undefined, onChange: () => void): { close(): Promise<void> } {
  let known = version()
  const timer = setInterval(() => {
    const current = version()
    if (current === undefined || current === known) return
    known = current
    onChange()
  }, LOOK_EVERY_MS).unref()
  return { close: async () => clearInterval(timer) }
}
