import type { Context } from '../rpc/context.ts'
import { VideoError } from '../errors/video-error.ts'
import type { Caller } from './caller.ts'
import { unauthenticated } from './enter-room.ts'
import { toLimitKey } from './limits.ts'
import { POLICY, type Action, type Relation } from './policy.ts'

/** What the audit log will say about a call; filled in by whoever finds out. */
export type Deed = { room: string | null; target: string | null }

/** Actions that concern no room: the whole answer is known before the call begins. */
const ROOMLESS: ReadonlySet<Action> = new Set(['auth.whoami', 'rooms.create', 'rooms.list'])

/**
 * Lets a call begin: counts it, and refuses what the caller could do to no room at all. Waits for nothing unless the
 * counter is in the database, or the policy one that waits.
 * @throws VideoError `RATE_LIMITED`, `UNAUTHENTICATED`, `FORBIDDEN`.
 */
export function admitCall(context: Context, action: Action): void | Promise<void> {
  const counted = countCall(context, action)
  return counted === undefined ? requireChance(context, action) : counted.then(() => requireChance(context, action))
}

function countCall({ access, caller, source }: Context, action: Action): void | Promise<void> {
  const counted = access.take('calls', caller, source.ip)
  if (action !== 'auth.getToken') return counted
  const countToken = () => access.take('tokens', caller, source.ip)
  return counted === undefined ? countToken() : counted.then(countToken)
}

/** Refuses a caller whom the policy lets do the action in no case. */
function requireChance({ access, caller }: Context, action: Action): void | Promise<void> {
  const mayBegin = ROOMLESS.has(action)
    ? access.allows(caller, action, 'none', null)
    : !access.isDefaultPolicy || allowsSome(POLICY[action][access.roleOf(caller)])
  if (mayBegin instanceof Promise) return mayBegin.then((answer) => requireYes(answer, caller, action))
  return requireYes(mayBegin, caller, action)
}

function requireYes(answer: boolean, caller: Caller, action: Action): void {
  if (!answer) throw refuse(caller.kind, action)
}

/** Counts an open stream against its caller until it ends. */
export function admitStream({ access, caller, source }: Context, signal: AbortSignal | undefined): void {
  if (signal !== undefined && caller.kind !== 'service') access.streams.open(toLimitKey(caller, source.ip), signal)
}

/** Tells the audit log how a call ended: whatever changes something, and whatever was refused. */
export function recordCall(
  { access, caller, requestId }: Context,
  call: { action: Action; deed: Deed; isRead: boolean; outcome: string },
): void {
  const { action, deed, isRead, outcome } = call
  if (access.audit === undefined || (isRead && !REFUSALS.has(outcome))) return
  access.audit.record({ requestId, caller, action, room: deed.room, target: deed.target, outcome })
}

const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BANNED', 'ROOM_NOT_FOUND'])

function allowsSome(relations: readonly Relation[]): boolean {
  return relations.length > 0
}

function refuse(kind: Context['caller']['kind'], action: Action): VideoError {
  if (kind === 'anonymous') return unauthenticated()
  return new VideoError('FORBIDDEN', kind === 'guest' ? `A guest may not call ${action}` : `You may not call ${action}`)
}
