import { initTRPC, tracked, type TrackedEnvelope } from '@trpc/server'
import type { AnyProcedure, ContractOf } from '@roomkey/shared'
import type { RouterOf } from '@roomkey/shared/trpc'
import { admitCall, admitStream } from '../access/admit-call.ts'
import type { Action } from '../access/policy.ts'
import { STREAM_TIMES } from '../core/stream-times.ts'
import { toAuditSubject, type AuditSubject } from '../core/audit-subject.ts'
import type { VideoError } from '../core/video-error.ts'
import { isRoomEventSource } from '../events/event-source.ts'
import type { Context } from '../procedures/context.ts'
import type { Call, Done, Handler, HandlersOf } from '../procedures/handler.ts'
import { CallError, formatError, toTRPCError, toVideoError } from './error-shape.ts'
import { toSubscription } from './event-subscription.ts'
import { toSseOptions } from './sse-options.ts'

const sse = toSseOptions(STREAM_TIMES)
const t = initTRPC.context<Context>().create({ isDev: false, errorFormatter: formatError, sse })

// The error shape is bound to the procedure as well as to the router, so that it travels along when a team merges
// these procedures into a router of its own.
const procedure = t.procedure.errors(formatError)

type AnyHandler = Handler<AnyProcedure>

/** Puts handlers behind a contract: a tRPC router that admits, carries out and records every call. */
export function implement<TContract extends ContractOf<TContract>>(
  contract: TContract,
  handlers: { readonly [TRouter in keyof TContract]: HandlersOf<TContract[TRouter]> },
): RouterOf<TContract, Context> {
  const routers = mapEntries(contract, (procedures, router) =>
    mapEntries(procedures, (declared: AnyProcedure, name) =>
      build(`${router}.${name}` as Action, declared, handlers[router][name] as AnyHandler),
    ),
  )
  // Built from the same contract as the type.
  return t.router(routers) as unknown as RouterOf<TContract, Context>
}

function build(action: Action, { kind, input }: AnyProcedure, handler: AnyHandler) {
  const admitted = procedure.use(async ({ ctx, next }) => {
    try {
      await admitCall(ctx, action)
    } catch (thrown) {
      const error = toVideoError(thrown)
      recordFailure(ctx, action, kind, error, {})
      throw toTRPCError(error)
    }
    const result = await next()
    if (result.ok) return result
    const error = toVideoError(result.error)
    recordFailure(ctx, action, kind, error, result.error instanceof CallError ? result.error.subject : {})
    return { ...result, error: toTRPCError(error) }
  })
  const parsed = (input === null ? admitted : admitted.input(input)) as typeof admitted

  if (kind === 'query') return parsed.query((call) => run(action, handler, call))
  if (kind === 'mutation') {
    return parsed.mutation(async ({ ctx, input, signal }) => {
      try {
        const { output, subject } = (await handler({ ctx, input, signal })) as Done<unknown>
        record(ctx, action, subject, 'OK')
        return output
      } catch (thrown) {
        throw toCallError(thrown, action, input)
      }
    })
  }
  // Before there is a stream: who may not have it hears so at once.
  return parsed.subscription(async (call) => {
    const letGo = admitStream(call.ctx, call.signal)
    try {
      const events = (await run(action, handler, call)) as AsyncIterable<{ id: string }>
      return isRoomEventSource(events) ? toSubscription(events, call.signal, letGo) : track(events, letGo)
    } catch (error) {
      letGo()
      throw error
    }
  })
}

async function* track(
  events: AsyncIterable<{ id: string }>,
  onEnd: () => void,
): AsyncGenerator<TrackedEnvelope<unknown>> {
  try {
    for await (const event of events) yield tracked(event.id, event)
  } finally {
    onEnd()
  }
}

async function run(action: Action, handler: AnyHandler, { ctx, input, signal }: Call<AnyProcedure>): Promise<unknown> {
  try {
    return await handler({ ctx, input, signal })
  } catch (thrown) {
    throw toCallError(thrown, action, input)
  }
}

function toCallError(thrown: unknown, action: Action, input: unknown): CallError {
  const error = toVideoError(thrown)
  return new CallError(error, { ...toAuditSubject(action, input), ...error.subject })
}

/** Tells the audit log of a call that failed: of any that would have changed something, and of reads that were refused. */
function recordFailure(
  ctx: Context,
  action: Action,
  kind: AnyProcedure['kind'],
  { code }: VideoError,
  subject: AuditSubject,
): void {
  if (kind === 'mutation' || REFUSALS.has(code)) record(ctx, action, subject, code)
}

const REFUSALS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BANNED', 'ROOM_NOT_FOUND'])

function record(
  { auditLog, caller, requestId }: Context,
  action: Action,
  subject: AuditSubject,
  outcome: 'OK' | VideoError['code'],
): void {
  auditLog?.record({ requestId, caller, action, subject, outcome })
}

function mapEntries<TObject extends object, TResult>(
  object: TObject,
  map: (value: TObject[keyof TObject], key: keyof TObject & string) => TResult,
): Record<keyof TObject & string, TResult> {
  const keys = Object.keys(object) as (keyof TObject & string)[]
  return Object.fromEntries(keys.map((key) => [key, map(object[key], key)])) as Record<keyof TObject & string, TResult>
}
