import { VideoError, isVideoError } from '../core/video-error.ts'

const RETRY_AFTER_SECONDS = 2

/** The error that callers get when the database fails. The cause is for the log: it may name hosts and paths. */
export function storeUnavailable(cause: unknown): VideoError {
  const message = "The server's database cannot be used right now; try again in a moment"
  return new VideoError('STORE_UNAVAILABLE', message, { cause, retryAfterSeconds: RETRY_AFTER_SECONDS })
}

/** An error of a database as ours if the database is at fault; what is wrong with a statement stays as it is. */
export function toStoreError(error: unknown): unknown {
  return !isVideoError(error) && isUnavailability(error) ? storeUnavailable(error) : error
}

/** Whether another process holds the database, or it is still starting: it pays to try again at once. */
export function isBusy(error: unknown): boolean {
  const cause = isVideoError(error) ? error.cause : error
  const sqlite = sqliteCode(cause)
  if (sqlite !== undefined) return SQLITE_BUSY.has(sqlite)
  const postgres = postgresCode(cause)
  // The driver has no code for its own time limits.
  return postgres === undefined ? cause instanceof Error && /timeout/i.test(cause.message) : POSTGRES_BUSY.has(postgres)
}

/** Whether a PostgreSQL that was there goes down, or comes up again: a connection to it is refused, or broken off. */
export function isRestarting(error: unknown): boolean {
  const cause = isVideoError(error) ? error.cause : error
  const postgres = postgresCode(cause)
  if (postgres !== undefined) return POSTGRES_RESTARTING.has(postgres)
  // The driver has no code for a connection that ends without a word.
  return (
    cause instanceof Error &&
    (networkCode(cause) === 'ECONNRESET' || /^connection terminated(?: unexpectedly)?$/i.test(cause.message))
  )
}

/** Whether nobody listens where the database should be. */
export function isAbsent(error: unknown): boolean {
  const code = networkCode(isVideoError(error) ? error.cause : error)
  return code === 'ECONNREFUSED' || code === 'ENOENT'
}

function isUnavailability(error: unknown): boolean {
  const sqlite = sqliteCode(error)
  if (sqlite !== undefined) return SQLITE_UNAVAILABLE.has(sqlite)
  const postgres = postgresCode(error)
  if (postgres !== undefined) {
    return POSTGRES_UNAVAILABLE.has(postgres) || POSTGRES_UNAVAILABLE.has(postgres.slice(0, 2))
  }
  // Neither database's word: the network's, the file system's, or a driver's about them.
  return error instanceof Error && !(error instanceof TypeError || error instanceof RangeError)
}

/**
 * Busy, locked; out of memory, read-only, interrupted, I/O error, corrupt, full, cannot open, locking protocol, no
 * database. Source: SQLite "Result and Error Codes".
 */
const SQLITE_BUSY: ReadonlySet<number> = new Set([5, 6])
const SQLITE_UNAVAILABLE: ReadonlySet<number> = new Set([...SQLITE_BUSY, 7, 8, 9, 10, 11, 13, 14, 15, 26])

/**
 * Whole classes (connection, credentials, no such database, rolled back, out of resources, not in the right state,
 * operator, system, configuration, internal) and a primary that has become a standby.
 * Source: PostgreSQL "Error Codes".
 */
const POSTGRES_UNAVAILABLE: ReadonlySet<string> = new Set(
  ['08', '28', '3D', '40', '53', '55', '57', '58', 'F0', 'XX'].concat('25006'),
)
const POSTGRES_BUSY: ReadonlySet<string> = new Set(['57P03', '53300'])
/** Shut down by its administrator, ended by a crash, not ready to take connections. */
const POSTGRES_RESTARTING: ReadonlySet<string> = new Set(['57P01', '57P02', '57P03'])

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error && 'errcode' in error && typeof error.errcode === 'number')) return undefined
  // What is above says more of the same.
  return error.errcode & 0xff
}

function postgresCode(error: unknown): string | undefined {
  const isPostgres = error instanceof Error && 'severity' in error && 'code' in error
  return isPostgres && typeof error.code === 'string' ? error.code : undefined
}

/** Of the system's own errors, such as those of sockets; one of several addresses has the code of its attempts. */
function networkCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
