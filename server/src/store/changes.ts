import { randomBytes } from 'node:crypto'
import { sql, type Kysely } from 'kysely'
import type { Patience } from '../database/patience.ts'
import type { Tables } from '../database/tables.ts'
import type { Engine, Report } from './engine.ts'

/** What has changed: there are new events; old ones say less; who may enter a room; or it cannot be told what. */
export type Change =
  | { kind: 'events' }
  | { kind: 'anonymized' }
  | { kind: 'access'; roomSid: string }
  | { kind: 'anything' }

/** Changes of the records, by this process or another on the same database. */
export type Changes = {
  /** Tells of new events with the transaction that stores them. */
  tellWith(transaction: Kysely<Tables>): Promise<void>
  /** Tells that names were taken out of events, with the transaction that does it. */
  tellAnonymizedWith(transaction: Kysely<Tables>): Promise<void>
  /** Tells this process as well, once that can be read. */
  tellAnonymized(): void
  /** Tells that who may enter a room has changed. Never fails: who listens looks by itself as well, now and then. */
  tellAccess(roomSid: string): Promise<void>
  /** Hears of changes by this process at once, and of those by others once it listens. */
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
  // What this process says reaches it by PostgreSQL as well, and it has heard of it.
  const self = randomBytes(6).toString('hex')
  let watching: Promise<{ close(): Promise<void> }> | undefined

  function dispatch(change: Change): void {
    for (const listener of listeners) listener(change)
  }

  function hear(payload: string): void {
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
      onNotification: hear,
      onConnect: () => dispatch({ kind: 'anything' }),
      onError: (error) => report('the connection that hears of other servers was lost; it is made again', error),
    })
  }

  return {
    async tellWith(transaction) {
      if (engine.kind === 'postgres') await notify(transaction, `${self} events`)
    },
    async tellAnonymizedWith(transaction) {
      if (engine.kind === 'postgres') await notify(transaction, `${self} anonymized`)
    },
    tellAnonymized: () => dispatch({ kind: 'anonymized' }),
    async tellAccess(roomSid) {
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
