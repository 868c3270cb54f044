import { TRPCError, getTRPCErrorFromUnknown, type AnyTRPCProcedure } from '@trpc/server'
import { isObservable } from '@trpc/server/observable'
import { isObject } from './inputs.ts'

/** What a procedure is called with; `readInput` is its `getRawInput` for those who need not wait. */
export type CallOptions = Parameters<AnyTRPCProcedure>[0] & { readInput?: (() => unknown) | undefined }

type MiddlewareResult = { ok: boolean; data?: unknown; error?: unknown; marker?: string; ctx?: unknown } | undefined
type NextOptions = { ctx?: object; input?: unknown; getRawInput?: CallOptions['getRawInput'] } | undefined
type Middleware = ((options: object) => Promise<MiddlewareResult>) & { _type?: string }
type Parse = (value: unknown) => unknown

type Definition = {
  middlewares?: unknown
  inputs?: readonly unknown[]
  resolver?: (options: object) => unknown
  experimental_caller?: boolean
  caller?: unknown
  meta: unknown
}

/** One middleware of a procedure, and what is known of it. */
type Step = {
  middleware: Middleware
  /** Of an `.input()`, whose schema is of a kind known here. */
  parse?: Parse | undefined
  /** Of the last one, which calls it and does nothing else. */
  resolver?: Definition['resolver']
  /** Of an `.errors()`. */
  looksAtErrors: boolean
}
type Plan = { steps: readonly Step[]; meta: unknown }

/**
 * Calls a procedure by running its middlewares, as the procedure itself would. tRPC's published code spreads
 * objects through a helper for old engines, at every middleware and every `next`, which takes longer than all else
 * about a call; here each gets one plain object, and what tRPC's own middlewares do for a call that goes well is done
 * in place. A procedure of a kind not known here is called as it is.
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

/** Runs the steps from `start` on. Never rejects. Every async function on the way of a good call costs it half a µs. */
function runFrom(start: number, plan: Plan, options: CallOptions): Promise<MiddlewareResult> {
  const step = plan.steps[start] as Step
  if (!step.looksAtErrors) return runSteps(start, plan, options)
  return runFrom(start + 1, plan, options).then((result) =>
    mayHoldErrors(result) ? letLookAtErrors(step, plan, options, result) : result,
  )
}

async function letLookAtErrors(
  { middleware }: Step,
  { meta }: Plan,
  options: CallOptions,
  result: MiddlewareResult,
): Promise<MiddlewareResult> {
  try {
    return await middleware({ ...options, meta, next: async () => result })
  } catch (cause) {
    return toFailure(cause)
  }
}

async function runSteps(start: number, plan: Plan, options: CallOptions): Promise<MiddlewareResult> {
  const { steps, meta } = plan
  const { ctx, type, path, getRawInput, readInput, signal, batchIndex } = options
  let { input } = options
  let index = start
  try {
    let step = steps[index] as Step
    while (step.parse !== undefined) {
      let parsed = parseInput(step.parse, readInput === undefined ? await getRawInput() : readInput())
      if (parsed instanceof Promise) parsed = await parsed
      input = isObject(input) && isObject(parsed) ? { ...input, ...parsed } : parsed
      step = steps[++index] as Step
    }
    if (step.resolver !== undefined) {
      const data = await step.resolver({ ctx, type, path, input, getRawInput, signal, batchIndex, meta })
      return { marker: MARKER, ok: true, data, ctx }
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
      next(changed: NextOptions) {
        return runFrom(index + 1, plan, {
          ctx: changed?.ctx ? { ...(ctx as object), ...changed.ctx } : ctx,
          type,
          path,
          input: changed && 'input' in changed ? changed.input : input,
          getRawInput: changed?.getRawInput ?? getRawInput,
          readInput: changed?.getRawInput === undefined ? readInput : undefined,
          signal,
          batchIndex,
        })
      },
    })
  } catch (cause) {
    return toFailure(cause)
  }
}

const MARKER = 'middlewareMarker'

function toFailure(cause: unknown): MiddlewareResult {
  return { ok: false, error: getTRPCErrorFromUnknown(cause), marker: MARKER }
}

/** As tRPC's middleware behind `.input()` does. */
function parseInput(parse: Parse, rawInput: unknown): unknown {
  try {
    const parsed = parse(rawInput)
    return parsed instanceof Promise ? parsed.catch(refuseInput) : parsed
  } catch (cause) {
    return refuseInput(cause)
  }
}

function refuseInput(cause: unknown): never {
  throw new TRPCError({ code: 'BAD_REQUEST', cause })
}

/** tRPC's middleware behind `.errors()` looks at results only: at errors, and at streams, which may still fail. */
function mayHoldErrors(result: MiddlewareResult): boolean {
  if (!result?.ok) return true
  const { data } = result
  if (data === null || typeof data !== 'object') return false
  return Symbol.asyncIterator in data || isObservable(data)
}

const plans = new WeakMap<AnyTRPCProcedure, Plan | null>()

/** `null` for a procedure of a kind not known here. */
function planOf(procedure: AnyTRPCProcedure): Plan | null {
  const known = plans.get(procedure)
  if (known !== undefined) return known
  const plan = makePlan(procedure._def)
  plans.set(procedure, plan)
  return plan
}

function makePlan(definition: Definition): Plan | null {
  const { middlewares, inputs = [], resolver, meta } = definition
  if (!Array.isArray(middlewares) || definition.experimental_caller === true || definition.caller != null) return null
  let inputsSeen = 0
  const steps = (middlewares as Middleware[]).map((middleware, index): Step => {
    const isInput = middleware._type === 'input'
    return {
      middleware,
      parse: isInput ? findParse(inputs[inputsSeen++]) : undefined,
      resolver: index === middlewares.length - 1 ? resolver : undefined,
      looksAtErrors: middleware._type === 'errors',
    }
  })
  return { steps, meta }
}

/** How tRPC asks a schema of zod's kind: at once, until it turns out to be one that takes time. */
function findParse(schema: unknown): Parse | undefined {
  if (schema === null || typeof schema !== 'object' || !('parse' in schema) || !('parseAsync' in schema))
    return undefined
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
