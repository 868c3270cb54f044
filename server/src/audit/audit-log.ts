import { randomUUID } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { AuditEntry } from '@roomkey/shared'
import type { AuditSubject } from '../core/audit-subject.ts'
import { nameOfCaller, type Caller } from '../core/caller.ts'
import type { Log } from '../core/log.ts'
import type { AuditEntries } from '../store/audit-entries.ts'
import type { Store } from '../store/store.ts'
import { createRefusalCounts } from './refusal-counts.ts'

/** What was done, to be kept. */
export type AuditRecord = {
  requestId: string
  caller: Caller
  action: string
  subject: AuditSubject
  outcome: AuditEntry['outcome']
}

/** Who did what to which room with what outcome. */
export type AuditLog = {
  /** Never waits and never fails: the entry is logged at once, and reaches the table soon. */
  record(record: AuditRecord): void
  /** Writes what waits. */
  flush(): Promise<void>
  close(): Promise<void>
}

export type AuditLogOptions = {
  log: Log
  store: Store
  /** For how long the table keeps an entry. */
  days: number
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** Entries of what was done that may wait for the table; beyond, new ones go to the log stream only. */
const MAX_WAITING = 10_000
/** SQLite writes in this thread: a caller waits for one batch at most, some three milliseconds. */
const BATCH = 500
const FLUSH_AFTER_MS = 200
const RETRY_AFTER_MS = 2000
const PRUNE_EVERY_MS = 3_600_000

/**
 * Makes the audit log: a line of the log stream marked `audit` an entry, and a row of the table, kept for `days`. What
 * was refused is counted, and waits apart from what was done, which it can neither delay nor push out.
 */
export function createAuditLog({ log, store, days, now = Date.now }: AuditLogOptions): AuditLog {
  const writeLine = (entry: AuditEntry): void => log.info({ audit: entry }, 'audit')
  const refusals = createRefusalCounts(writeLine)
  const toMoment = createMoments()
  let waiting: AuditEntry[] = []
  let flushing: Promise<void> | undefined
  let timer: NodeJS.Timeout | undefined
  let prunedAt = 0
  let lost = 0

  function schedule(afterMs: number): void {
    timer ??= setTimeout(() => {
      timer = undefined
      void flush()
    }, afterMs)
    // A process that has nothing else to do may end; closing the server flushes.
    timer.unref()
  }

  async function write(): Promise<void> {
    try {
      const { auditEntries } = await store.open()
      // What comes meanwhile waits for the next time: many small batches would cost more than few large ones.
      for (let left = waiting.length; left > 0; left -= BATCH) {
        const batch = waiting.slice(0, Math.min(left, BATCH))
        await auditEntries.append(batch)
        waiting = waiting.slice(batch.length)
        await nextTurn()
      }
      await writeRefusals(auditEntries)
      if (lost > 0) log.warn({ lost }, 'audit entries were not stored: they came faster than the database took them')
      lost = 0
      if (now() - prunedAt > PRUNE_EVERY_MS) {
        prunedAt = now()
        await auditEntries.prune(new Date(prunedAt - days * 86_400_000).toISOString())
      }
    } catch (error) {
      log.warn({ err: error, waiting: waiting.length }, 'the audit log could not be stored; it will be tried again')
      schedule(RETRY_AFTER_MS)
    }
  }

  async function writeRefusals(auditEntries: AuditEntries): Promise<void> {
    let left = refusals.takeChanged()
    try {
      while (left.length > 0) {
        await auditEntries.append(left.slice(0, BATCH))
        left = left.slice(BATCH)
        await nextTurn()
      }
    } finally {
      refusals.putBack(left)
    }
  }

  async function flush(): Promise<void> {
    await flushing
    flushing ??= write().finally(() => {
      flushing = undefined
    })
    await flushing
  }

  return {
    record(record) {
      const entry = toEntry(record, toMoment(now()))
      if (mayBeDone(record)) {
        writeLine(entry)
        if (waiting.length >= MAX_WAITING) lost++
        else waiting.push(entry)
        // A full batch is written at once: many that waited would hold up callers one after the other.
        if (waiting.length === BATCH) void flush()
      } else {
        refusals.add(entry)
      }
      schedule(FLUSH_AFTER_MS)
    },
    flush,
    async close() {
      clearTimeout(timer)
      refusals.close()
      // A store that was never used is not opened just to close.
      if (waiting.length > 0 || refusals.hasChanged()) await flush()
      clearTimeout(timer)
    },
  }
}

/** Whether something was done, or may have been: an error on the way back does not tell. */
export function mayBeDone({ outcome, subject }: Pick<AuditRecord, 'outcome' | 'subject'>): boolean {
  return outcome === 'OK' || subject.isDone === true || UNCLEAR.has(outcome)
}

const UNCLEAR: ReadonlySet<AuditRecord['outcome']> = new Set([
  'TWILIO_TIMEOUT',
  'TWILIO_FAILED',
  'TWILIO_RESPONSE_INVALID',
  'TWILIO_RESPONSE_INCOMPLETE',
  'INTERNAL_ERROR',
])

function toEntry({ requestId, caller, action, subject, outcome }: AuditRecord, { at, idStart }: Moment): AuditEntry {
  return {
    id: `${idStart}${randomUUID().slice(15)}`,
    at,
    requestId,
    callerKind: caller.kind,
    caller: nameOfCaller(caller),
    action,
    room: subject.room ?? null,
    target: subject.target ?? null,
    outcome,
  }
}

/** A millisecond, as entries have it: written out, and as what their ids begin with. */
type Moment = { ms: number; at: string; idStart: string }

/**
 * Ids are UUIDs of version 7, in the order of time, so that rows are appended to the table and its indices, not spread
 * over them. Node's own are not in every version that runs this. Source: RFC 9562, 5.7.
 *
 * Many entries come in one millisecond, and writing it out takes longer than all else of an entry.
 */
function createMoments(): (ms: number) => Moment {
  let last: Moment = { ms: Number.NaN, at: '', idStart: '' }
  return (ms) => {
    if (ms !== last.ms) {
      const time = ms.toString(16).padStart(12, '0')
      last = { ms, at: new Date(ms).toISOString(), idStart: `${time.slice(0, 8)}-${time.slice(8)}-7` }
    }
    return last
  }
}
