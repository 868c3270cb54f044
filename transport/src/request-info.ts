import { TRPCError, type AnyTRPCProcedure, type AnyTRPCRouter } from '@trpc/server'
import { parseConnectionParamsFromString, type TRPCRequestInfo } from '@trpc/server/http'
import type { Exchange } from './exchange.ts'
import { Inputs, isObject } from './inputs.ts'

export type RequestInfo = Omit<TRPCRequestInfo, 'calls'> & { calls: Call[] }
export type Call = TRPCRequestInfo['calls'][number] & {
  /** As `getRawInput`, at once: by the time there is a call, its body has been read. */
  readInput: () => unknown
}

/** The procedures a request names. A batch separates them by commas, which a single call does not. */
export type Target = { paths: string[]; isBatchCall: boolean }

/** @throws TRPCError for a path that is not valid URL encoding. */
export function readTarget(exchange: Exchange): Target {
  const { options, path } = exchange
  const { pathSeparator } = options.router._def._config
  const decoded = path.includes('%') ? decodePath(path) : path
  const dotted = pathSeparator === '.' ? decoded : decoded.split(pathSeparator).join('.')
  const isBatchCall = exchange.query('batch') === '1'
  return { isBatchCall, paths: isBatchCall ? dotted.split(',') : [dotted] }
}

/**
 * What the request asks for, read from its path, query and headers. Inputs stay unparsed until a procedure wants them.
 * @throws TRPCError when the request as a whole cannot be understood.
 */
export function readRequestInfo(exchange: Exchange, { paths, isBatchCall }: Target): RequestInfo {
  const { options } = exchange
  if (isBatchCall && typeof options.maxBatchSize === 'number' && paths.length > options.maxBatchSize) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'Batch call exceeds maximum size' })
  }
  const inputs = new Inputs(exchange, isBatchCall ? paths.length : null)
  const calls = paths.map((path, index) => createCall(exchange, inputs, path, index))
  const connectionParams = exchange.query('connectionParams')
  return new LazyRequestInfo(
    exchange,
    isBatchCall,
    calls,
    readType(calls),
    connectionParams === null ? null : parseConnectionParamsFromString(connectionParams),
  )
}

/** What `createContext` learns of the request. The URL is parsed for whoever asks, which hardly anyone does. */
class LazyRequestInfo implements RequestInfo {
  readonly isBatchCall: boolean
  readonly accept: RequestInfo['accept']
  readonly calls: Call[]
  readonly type: RequestInfo['type']
  readonly connectionParams: RequestInfo['connectionParams']
  readonly #exchange: Exchange

  constructor(
    exchange: Exchange,
    isBatchCall: boolean,
    calls: Call[],
    type: RequestInfo['type'],
    connectionParams: RequestInfo['connectionParams'],
  ) {
    this.isBatchCall = isBatchCall
    this.accept = readAccept(exchange) as RequestInfo['accept']
    this.calls = calls
    this.type = type
    this.connectionParams = connectionParams
    this.#exchange = exchange
  }

  get url(): URL | null {
    return this.#exchange.url
  }

  get signal(): AbortSignal {
    return this.#exchange.signal
  }
}

const JSON_LINES = 'application/jsonl'

/** The `trpc-accept` header, or what `accept` says of JSON lines. */
export function readAccept({ request }: Exchange): string | null {
  const { headers } = request
  const own = headers['trpc-accept']
  if (typeof own === 'string') return own
  const { accept } = headers
  if (accept === undefined || !accept.includes(JSON_LINES)) return null
  return accept.split(',').some((type) => type.trim() === JSON_LINES) ? JSON_LINES : null
}

export function readLastEventId(exchange: Exchange): string | null {
  const header = exchange.request.headers['last-event-id']
  if (typeof header === 'string') return header
  return exchange.query('lastEventId') ?? exchange.query('Last-Event-Id')
}

/** Whether a path may lead into a lazy router that is not loaded yet. */
export function isUnloaded({ _def }: AnyTRPCRouter, path: string): boolean {
  const procedures = _def.procedures as Procedures
  return (
    procedures[path] === undefined && Object.keys(_def.lazy).some((key) => path === key || path.startsWith(`${key}.`))
  )
}

type Procedures = Record<string, AnyTRPCProcedure | undefined>

function createCall(exchange: Exchange, inputs: Inputs, path: string, batchIndex: number): Call {
  const procedures = exchange.options.router._def.procedures as Procedures
  const procedure = procedures[path] ?? null
  const readInput = (): unknown => {
    const input = inputs.read(batchIndex)
    return procedure?._def.type === 'subscription' ? withLastEventId(input, readLastEventId(exchange)) : input
  }
  return {
    batchIndex,
    path,
    procedure,
    readInput,
    getRawInput: async () => readInput(),
    result: () => inputs.peek(batchIndex),
  }
}

/** `EventSource` cannot change its query when it reconnects, so the id joins the input here. */
function withLastEventId(input: unknown, lastEventId: string | null): unknown {
  if (!lastEventId) return input
  if (isObject(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}

function readType(calls: Call[]): RequestInfo['type'] {
  let type: RequestInfo['type'] = 'unknown'
  let types: Set<string> | undefined
  for (const { procedure } of calls) {
    if (procedure === null || procedure._def.type === type) continue
    if (type === 'unknown') type = procedure._def.type
    else types = (types ?? new Set([type])).add(procedure._def.type)
  }
  if (types !== undefined) {
    throw new TRPCError({
      code: 'BAD_REQUEST',
      message: `Cannot mix procedure types in call: ${[...types].join(', ')}`,
    })
  }
  return type
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch (cause) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: `Invalid URL-encoding in path "${path}"`, cause })
  }
}
