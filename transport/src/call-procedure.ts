import { TRPCError, type AnyTRPCProcedure } from '@trpc/server'
import { isObject } from './inputs.ts'
import { isFedSubscription } from './stream/fed-subscription.ts'
import {
  MIDDLEWARE_MARKER,
  getTRPCErrorFromUnknown,
  isObservable,
  takeApart,
  type Middleware,
  type MiddlewareResult,
  type ProcedureParts,
} from './trpc-internals.ts'

/** What tRPC calls a procedure with. */
export type CallOptions = Parameters<AnyTRPCProcedure>[0]

type NextOptions = { ctx?: object; input?: unknown; getRawInput?: CallOptions['getRawInput'] } | undefined
type Parse = (value: unknown) => unknown

/** One middleware of a procedure, and what is known of it. */
type Step = {
  middleware: Middleware
  /** Of an `.input()`, whose schema is of a kind known here. */
  parse?: Parse | undefined
  /** Of the last one, which calls it and does nothing else. */
  resolver?: ProcedureParts['resolver']
  /** Of an `.errors()`. */
  looksAtErrors: boolean
}
type Plan = { steps: readonly Step[]; meta: unknown }

/**
 * Calls a procedure by running its middlewares, as the procedure itself would. tRPC's published code spreads
 * objects through a helper for old engines, at every middleware and every `next`, which takes some ten microseconds a
 * call, more than all else about it; here each gets one plain object, and what tRPC's own middlewares do for a call
 * that goes well is done in place. A procedure of a kind not known here is called as it is.
 */
export function callProcedure(procedure: AnyTRPCProcedure, options: CallOptions): Promise<unknown> {
  const plan = planOf(procedure)
  return plan === null ? procedure(options) : runFrom(0, plan, options).then(unwrap)
}

function unwrap(result: MiddlewareResult): unknown {
  if (result == null) {
    throw new TRPCError({
      code: 'INTERNAL_SERVER_ERROR',
      message: 'No result from middlewares - did you forget to `return next()`?',
    })
  }
  if (!result.ok) throw result.error
  return result.data
}

/** Runs the steps from `start` on. Never rejects. */
function runFrom(start: number, plan: Plan, options: CallOptions): Promise<MiddlewareResult> {
  const step = plan.steps[start] as Step
  return step.looksAtErrors ? runAndLookAtErrors(step, start, plan, options) : runSteps(start, plan, options)
}

async function runAndLookAtErrors(
  { middleware }: Step,
  start: number,
  plan: Plan,
  options: CallOptions,
): Promise<MiddlewareResult> {
  const result = await runFrom(start + 1, plan, options)
  if (!mayHoldErrors(result)) return result
  try {
    return await middleware({ ...options, meta: plan.meta, next: async () => result })
  } catch (cause) {
    return toFailure(cause)
  }
}

async function runSteps(start: number, plan: Plan, options: CallOptions): Promise<MiddlewareResult> {
  const { steps, meta } = plan
  const { ctx, type, path, getRawInput, signal, batchIndex } = options
  let { input } = options
  let index = start
  try {
    let step = steps[index] as Step
    while (step.parse !== undefined) {
      const parsed = await parseInput(step.parse, await getRawInput())
      input = isObject(input) && isObject(parsed) ? { ...input, ...parsed } : parsed
      step = steps[++index] as Step
    }
    if (step.resolver !== undefined) {
      const data = await step.resolver({ ctx, type, path, input, getRawInput, signal, batchIndex, meta })
      return { marker: MIDDLEWARE_MARKER, ok: true, data, ctx }
    }
    if (step.looksAtErrors) return await runFrom(index, plan, { ...options, input })
    return await step.middleware({
      ctx,
      type,
      path,
      input,
      getRawInput,
      signal,
      batchIndex,
      meta,
      next: (changed: NextOptions) =>
        runFrom(index + 1, plan, {
          ctx: changed?.ctx ? { ...(ctx as object), ...changed.ctx } : ctx,
          type,
          path,
          input: changed && 'input' in changed ? changed.input : input,
          getRawInput: changed?.getRawInput ?? getRawInput,
          signal,
          batchIndex,
        }),
    })
  } catch (cause) {
    return toFailure(cause)
  }
}

function toFailure(cause: unknown): MiddlewareResult {
  return { ok: false, error: getTRPCErrorFromUnknown(cause), marker: MIDDLEWARE_MARKER }
}

/** As tRPC's middleware behind `.input()` does. */
async function parseInput(parse: Parse, rawInput: unknown): Promise<unknown> {
  try {
    return await parse(rawInput)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', cause })
  }
}

/**
 * tRPC's middleware behind `.errors()` looks at results only: at errors, and at streams, which may still fail. It would
 * wrap a stream that is fed batches, whose bytes could then not be shared: should that fail, the router's own formatter
 * shapes the error.
 */
function mayHoldErrors(result: MiddlewareResult): boolean {
  if (!result?.ok) return true
  const { data } = result
  if (data === null || typeof data !== 'object' || isFedSubscription(data)) return false
  return Symbol.asyncIterator in data || isObservable(data)
}

const plans = new WeakMap<AnyTRPCProcedure, Plan | null>()

/** `null` for a procedure of a kind not known here. */
function planOf(procedure: AnyTRPCProcedure): Plan | null {
  const known = plans.get(procedure)
  if (known !== undefined) return known
  const parts = takeApart(procedure)
  const plan = parts === null ? null : makePlan(parts)
  plans.set(procedure, plan)
  return plan
}

function makePlan({ middlewares, resolver, meta }: ProcedureParts): Plan {
  const steps = middlewares.map(({ run, kind, schema }, index) => ({
    middleware: run,
    parse: findParse(schema),
    resolver: index === middlewares.length - 1 ? resolver : undefined,
    looksAtErrors: kind === 'errors',
  }))
  return { steps, meta }
}

/** How tRPC asks a schema of zod's kind: at once, until it turns out to be one that takes time. */
function findParse(schema: unknown): Parse | undefined {
  if (!isObject(schema)) return undefined
  const { parse, parseAsync } = schema
  if (typeof parse !== 'function' || typeof parseAsync !== 'function') return undefined
  let takesTime = false
  return (value) => {
    if (!takesTime) {
      try {
        return parse.call(schema, value)
      } catch (cause) {
        if (cause instanceof Object && 'issues' in cause && Array.isArray(cause.issues)) throw cause
        takesTime = true
      }
    }
    return parseAsync.call(schema, value)
  }
}
