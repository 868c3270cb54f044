import * as trpc from '@trpc/server'
import type { AnyTRPCProcedure, AnyTRPCRouter, TRPCProcedureType } from '@trpc/server'
import * as http from '@trpc/server/http'
import * as observables from '@trpc/server/observable'

// Everything this package reads of tRPC that tRPC's documentation does not promise stands in this file. It is looked
// at when a router is registered; where it is not as known here, tRPC's own handler serves that router.

// Taken from the namespaces, because a missing name would otherwise keep this module from loading.
export const { getTRPCErrorFromUnknown, getTRPCErrorShape, isTrackedEnvelope } = trpc
export const { getHTTPStatusCode, parseConnectionParamsFromString } = http
export const { isObservable, observableToAsyncIterable } = observables

const FUNCTIONS: Record<string, unknown> = {
  getTRPCErrorFromUnknown,
  getTRPCErrorShape,
  isTrackedEnvelope,
  getHTTPStatusCode,
  parseConnectionParamsFromString,
  isObservable,
  observableToAsyncIterable,
}

/** What a router was made with: transformer, error formatter, stream settings. */
export type RouterConfig = AnyTRPCRouter['_def']['_config']
type Procedures = Record<string, AnyTRPCProcedure | undefined>

/** What is not as known here, in words for the log; `undefined` where all is. */
export function findDrift(router: AnyTRPCRouter): string | undefined {
  const missing = Object.keys(FUNCTIONS).find((name) => typeof FUNCTIONS[name] !== 'function')
  if (missing !== undefined) return `it exports no ${missing}`
  const _def: unknown = router._def
  if (!isRecord(_def)) return 'routers have no _def'
  const { _config: config, procedures, lazy } = _def
  if (!isRecord(config)) return 'routers have no _config'
  const { transformer, pathSeparator, sse } = config as Partial<Record<string, Record<string, Record<string, unknown>>>>
  if (typeof transformer?.['input']?.['deserialize'] !== 'function') return 'routers have no input transformer'
  if (typeof transformer['output']?.['serialize'] !== 'function') return 'routers have no output transformer'
  if (!['undefined', 'string'].includes(typeof pathSeparator)) return "a router's pathSeparator is no string"
  if (sse !== undefined && !isRecord(sse)) return "a router's sse is no object"
  if (!isRecord(lazy)) return 'routers have no list of lazy ones'
  if (!isRecord(procedures)) return 'routers have no list of procedures'
  const strange = Object.keys(procedures).find((path) => !isProcedure(procedures[path]))
  return strange === undefined ? undefined : `${strange} is a procedure of an unknown kind`
}

/** What a router was made with. */
export function configOf({ _def }: AnyTRPCRouter): RouterConfig {
  return _def._config
}

/** What stands between the parts of a procedure's name in a URL. Versions before 11.25 know no other than a dot. */
export function separatorOf(config: RouterConfig): string {
  return (config as { pathSeparator?: string }).pathSeparator ?? '.'
}

/** The procedure at a path such as `rooms.create`; `null` where there is none. */
export function findProcedure({ _def }: AnyTRPCRouter, path: string): AnyTRPCProcedure | null {
  return (_def.procedures as Procedures)[path] ?? null
}

/** Whether a path may lead into a lazy router that is not loaded yet. */
export function isUnloaded(router: AnyTRPCRouter, path: string): boolean {
  return (
    findProcedure(router, path) === null &&
    Object.keys(router._def.lazy).some((key) => path === key || path.startsWith(`${key}.`))
  )
}

/** Whether it is a query, a mutation or a subscription. */
export function typeOf(procedure: AnyTRPCProcedure): TRPCProcedureType {
  return procedure._def.type
}

/** What a middleware resolves with; nothing when it forgot to return what `next` gave. */
export type MiddlewareResult =
  | { ok: boolean; data?: unknown; error?: unknown; marker?: string; ctx?: unknown }
  | undefined
/** A middleware as tRPC keeps it in a procedure. */
export type Middleware = (options: object) => Promise<MiddlewareResult>

/** What a procedure is made of: its middlewares in order, of which the last calls the resolver and does nothing else. */
export type ProcedureParts = {
  middlewares: { run: Middleware; kind: string | undefined; schema: unknown }[]
  resolver: ((options: object) => unknown) | undefined
  meta: unknown
}

/** `null` for a procedure of a kind not known here. */
export function takeApart({ _def }: AnyTRPCProcedure): ProcedureParts | null {
  const { middlewares, inputs = [], resolver, meta, experimental_caller: hasCaller, caller } = _def as Definition
  if (!Array.isArray(middlewares) || hasCaller === true || caller != null) return null
  let inputsSeen = 0
  return {
    middlewares: middlewares.map((run) => ({
      run,
      kind: run._type,
      schema: run._type === 'input' ? inputs[inputsSeen++] : undefined,
    })),
    resolver,
    meta,
  }
}

/** What a middleware's result carries to show that it came from `next`. */
export const MIDDLEWARE_MARKER = 'middlewareMarker'

type Definition = {
  middlewares?: (Middleware & { _type?: string })[]
  inputs?: readonly unknown[]
  resolver?: ProcedureParts['resolver']
  experimental_caller?: boolean
  caller?: unknown
  meta: unknown
}

const TYPES: unknown[] = ['query', 'mutation', 'subscription'] satisfies TRPCProcedureType[]

function isProcedure(value: unknown): boolean {
  return typeof value === 'function' && '_def' in value && isRecord(value._def) && TYPES.includes(value._def['type'])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object'
}
