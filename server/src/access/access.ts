import type { Log } from '../rpc/context.ts'
import { createStore, type Store } from '../store/store.ts'
import { createAuditLog, type AuditLog } from './audit-log.ts'
import { createAuthenticator, holdsApiKey, type Authenticate, type CallHeaders } from './authenticate.ts'
import type { Caller } from './caller.ts'
import type { AccessConfig } from './config.ts'
import { createInvitations, type Invitations } from './invitations.ts'
import { createLimiter, toLimitKey, type Bucket, type Limiter } from './limits.ts'
import { isAllowed, toRole, type Action, type Authorize, type Relation, type Role } from './policy.ts'
import { createStreams, type Streams } from './streams.ts'

/** Who calls, what they may do, and what is remembered of it: everything about access that a procedure needs. */
export type Access = {
  authenticate: Authenticate
  /** Whether the headers hold a good API key; answers at once and never throws. */
  isService(headers: CallHeaders): boolean
  roleOf(caller: Caller): Role
  /** Asks the policy. `room` is a SID, or `null` for an action that concerns no room. */
  allows(caller: Caller, action: Action, relation: Relation, room: string | null): boolean | Promise<boolean>
  /** Whether the policy is the table in policy.ts, which can be read ahead. */
  isDefaultPolicy: boolean
  /** Counts one more. Services are not counted. @throws VideoError `RATE_LIMITED`. */
  take(bucket: Bucket, caller: Caller, ip: string): void | Promise<void>
  limiter: Limiter
  streams: Streams
  invitations: Invitations
  store: Store
  /** `undefined` where nobody is asked who they are. */
  audit: AuditLog | undefined
  /** Writes what waits and closes the store. */
  close(): Promise<void>
}

export type AccessOptions = {
  log: Log
  /** Replaces the table in policy.ts. */
  authorize?: Authorize | undefined
  /** Milliseconds since 1970. */
  now?: (() => number) | undefined
}

/** Builds access from the config. Opens nothing yet: the store opens with the first call that needs it. */
export function createAccess(config: AccessConfig, { log, authorize, now = Date.now }: AccessOptions): Access {
  const store = createStore(config.store, (error) => log.warn({ err: error }, 'a database connection was lost'))
  const invitations = createInvitations(store, now)
  const limiter = createLimiter(config.limits, store, now)
  const audit = config.auditDays === null ? undefined : createAuditLog({ log, store, days: config.auditDays })
  const roleOf = (caller: Caller) => toRole(caller, config.adminRole)

  return {
    authenticate: createAuthenticator(config, { invitations, limiter }, { now }),
    isService: (headers) => holdsApiKey(config, headers),
    roleOf,
    allows(caller, action, relation, room) {
      const question = { caller, role: roleOf(caller), action, relation, room }
      return authorize === undefined ? isAllowed(question) : refuseOnFault(authorize, question, log)
    },
    isDefaultPolicy: authorize === undefined,
    take: (bucket, caller, ip) =>
      caller.kind === 'service' || !limiter.limits(bucket) ? undefined : limiter.take(bucket, toLimitKey(caller, ip)),
    limiter,
    streams: createStreams(config.maxStreamsPerCaller),
    invitations,
    store,
    audit,
    async close() {
      await audit?.close()
      await store.close()
    },
  }
}

async function refuseOnFault(authorize: Authorize, question: Parameters<Authorize>[0], log: Log): Promise<boolean> {
  try {
    // Anything but a plain yes is a no.
    const answer: unknown = await authorize(question)
    return answer === true
  } catch (error) {
    log.error({ err: error, action: question.action }, 'the authorize function failed; the call is refused')
    return false
  }
}
