import { TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { Inputs, isObject } from './inputs.ts'
import { findProcedure, parseConnectionParamsFromString, separatorOf, typeOf } from './trpc-internals.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** One call of a request. */
export type Call = TRPCRequestInfo['calls'][number]

/** What errors tell of it. */
export type CallOutline = Pick<Call, 'path' | 'procedure' | 'result'>

/** The procedures a request names. A batch separates them by commas, which a single call does not. */
export type Target = { paths: string[]; isBatchCall: boolean }

/** @throws TRPCError for a path that is not valid URL encoding. */
export function readTarget(trpcRequest: TrpcRequest): Target {
  const { path, transport } = trpcRequest
  const pathSeparator = separatorOf(transport.config)
  const decoded = path.includes('%') ? decodePath(path) : path
  const dotted = pathSeparator === '.' ? decoded : decoded.split(pathSeparator).join('.')
  const isBatchCall = trpcRequest.query('batch') === '1'
  return { isBatchCall, paths: isBatchCall ? dotted.split(',') : [dotted] }
}

/**
 * What the request asks for, read from its path, query and headers. Inputs stay unparsed until a procedure wants them.
 * @throws TRPCError when the request as a whole cannot be understood.
 */
export function readRequestInfo(trpcRequest: TrpcRequest, { paths, isBatchCall }: Target): TRPCRequestInfo {
  const { maxBatchSize } = trpcRequest.options
  if (isBatchCall && typeof maxBatchSize === 'number' && paths.length > maxBatchSize) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'Batch call exceeds maximum size' })
  }
  const inputs = new Inputs(trpcRequest, isBatchCall ? paths.length : null)
  const calls = paths.map((path, index) => createCall(trpcRequest, inputs, path, index))
  const connectionParams = trpcRequest.query('connectionParams')
  return new RequestInfo(trpcRequest, isBatchCall, calls, connectionParams)
}

/** As tRPC describes it, but the address, which few hosts look at, is parsed when it is read: that takes as long as the input. */
class RequestInfo implements TRPCRequestInfo {
  declare readonly url: URL | null
  readonly isBatchCall: boolean
  readonly accept: TRPCRequestInfo['accept']
  readonly type: TRPCRequestInfo['type']
  readonly calls: Call[]
  readonly connectionParams: TRPCRequestInfo['connectionParams']
  readonly signal: AbortSignal
  readonly #trpcRequest: TrpcRequest

  constructor(trpcRequest: TrpcRequest, isBatchCall: boolean, calls: Call[], connectionParams: string | null) {
    this.isBatchCall = isBatchCall
    this.accept = readAccept(trpcRequest) as TRPCRequestInfo['accept']
    this.calls = calls
    this.type = readType(calls)
    this.connectionParams = connectionParams === null ? null : parseConnectionParamsFromString(connectionParams)
    this.signal = trpcRequest.signal
    this.#trpcRequest = trpcRequest
    Object.defineProperty(this, 'url', RequestInfo.#url)
  }

  // A property of the object itself, so that it is there when the object is spread; one function for all, so that V8 takes
  // them for objects of one kind.
  static readonly #url: PropertyDescriptor & ThisType<RequestInfo> = {
    enumerable: true,
    get() {
      return this.#trpcRequest.url
    },
  }
}

const JSON_LINES = 'application/jsonl'

/** The `trpc-accept` header, or what `accept` says of JSON lines. */
export function readAccept({ request }: TrpcRequest): string | null {
  const { headers } = request
  const own = headers['trpc-accept']
  if (typeof own === 'string') return own
  const { accept } = headers
  if (accept === undefined || !accept.includes(JSON_LINES)) return null
  return accept.split(',').some((type) => type.trim() === JSON_LINES) ? JSON_LINES : null
}

/** The id of the last event that the subscriber saw: `EventSource` sends a header, tRPC's link a parameter. */
export function readLastEventId(trpcRequest: TrpcRequest): string | null {
  const header = trpcRequest.request.headers['last-event-id']
  if (typeof header === 'string') return header
  return trpcRequest.query('lastEventId') ?? trpcRequest.query('Last-Event-Id')
}

/** The type of a call's procedure, as errors and hooks are told it. */
export function callType(call: CallOutline | undefined): TRPCRequestInfo['type'] {
  return call?.procedure ? typeOf(call.procedure) : 'unknown'
}

function createCall(trpcRequest: TrpcRequest, inputs: Inputs, path: string, batchIndex: number): Call {
  const procedure = findProcedure(trpcRequest.transport.router, path)
  return {
    batchIndex,
    path,
    procedure,
    getRawInput: async () => {
      const input = inputs.read(batchIndex)
      const isSubscription = procedure !== null && typeOf(procedure) === 'subscription'
      return isSubscription ? withLastEventId(input, readLastEventId(trpcRequest)) : input
    },
    result: () => inputs.peek(batchIndex),
  }
}

/** `EventSource` cannot change its query when it reconnects, so the id joins the input here. */
function withLastEventId(input: unknown, lastEventId: string | null): unknown {
  if (!lastEventId) return input
  if (isObject(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}

function readType(calls: Call[]): TRPCRequestInfo['type'] {
  if (calls.length === 1) return callType(calls[0])
  const types = new Set(calls.map(callType))
  types.delete('unknown')
  if (types.size > 1) {
    const names = [...types].join(', ')
    throw new TRPCError({ code: 'BAD_REQUEST', message: `Cannot mix procedure types in call: ${names}` })
  }
  const [type = 'unknown'] = types
  return type
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: `Invalid URL-encoding in path "${path}"`, cause })
  }
}
