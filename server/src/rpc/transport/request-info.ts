import { TRPCError, type AnyTRPCProcedure, type AnyTRPCRouter } from '@trpc/server'
import { parseConnectionParamsFromString, type TRPCRequestInfo } from '@trpc/server/http'
import type { Exchange } from './exchange.ts'

export type RequestInfo = TRPCRequestInfo
export type Call = TRPCRequestInfo['calls'][number]

/** The procedures a request names. A batch separates them by commas, which a single call does not. */
export type Target = { paths: string[]; isBatchCall: boolean }

/** @throws TRPCError for a path that is not valid URL encoding. */
export function readTarget({ options, path, search }: Exchange): Target {
  const { pathSeparator } = options.router._def._config
  const decoded = path.includes('%') ? decodePath(path) : path
  const dotted = pathSeparator === '.' ? decoded : decoded.split(pathSeparator).join('.')
  const isBatchCall = search.get('batch') === '1'
  return { isBatchCall, paths: isBatchCall ? dotted.split(',') : [dotted] }
}

/**
 * What the request asks for, read from its path, query and headers; inputs stay unparsed until a procedure
 * wants them, so that a malformed input is the fault of the call that needs it.
 * @throws TRPCError when the request as a whole cannot be understood.
 */
export function readRequestInfo(exchange: Exchange, { paths, isBatchCall }: Target): RequestInfo {
  const { options, search } = exchange
  if (isBatchCall && typeof options.maxBatchSize === 'number' && paths.length > options.maxBatchSize) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: 'Batch call exceeds maximum size' })
  }
  const inputs = createInputs(exchange, isBatchCall ? paths.length : null)
  const calls = paths.map((path, index) => createCall(exchange, inputs, path, index))
  const connectionParams = search.get('connectionParams')
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
  readonly signal: AbortSignal
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
    this.signal = exchange.signal
    this.#exchange = exchange
  }

  get url(): URL | null {
    return this.#exchange.url
  }
}

/** The `trpc-accept` header, or what `accept` says of JSON lines. */
export function readAccept({ request }: Exchange): string | null {
  const { headers } = request
  const own = headers['trpc-accept']
  if (typeof own === 'string') return own
  const wantsLines = headers.accept?.split(',').some((type) => type.trim() === 'application/jsonl') ?? false
  return wantsLines ? 'application/jsonl' : null
}

export function readLastEventId({ request, search }: Exchange): string | null {
  const header = request.headers['last-event-id']
  if (typeof header === 'string') return header
  return search.get('lastEventId') ?? search.get('Last-Event-Id')
}

/** Whether a path may lead into a lazy router that is not loaded yet. */
export function isUnloaded({ _def }: AnyTRPCRouter, path: string): boolean {
  const procedures = _def.procedures as Procedures
  return (
    procedures[path] === undefined && Object.keys(_def.lazy).some((key) => path === key || path.startsWith(`${key}.`))
  )
}

type Procedures = Record<string, AnyTRPCProcedure | undefined>
type Inputs = { read: () => Record<number, unknown>; result: () => Record<number, unknown> | undefined }

function createCall(exchange: Exchange, inputs: Inputs, path: string, batchIndex: number): Call {
  const procedures = exchange.options.router._def.procedures as Procedures
  const procedure = procedures[path] ?? null
  return {
    batchIndex,
    path,
    procedure,
    getRawInput: async () => {
      // No call sees an input before all calls of the batch have started, as if it had to be read first.
      await Promise.resolve()
      const input = inputs.read()[batchIndex]
      return procedure?._def.type === 'subscription' ? withLastEventId(input, readLastEventId(exchange)) : input
    },
    result: () => inputs.result()?.[batchIndex],
  }
}

/** `EventSource` cannot change its query when it reconnects, so the id joins the input here. */
function withLastEventId(input: unknown, lastEventId: string | null): unknown {
  if (!lastEventId) return input
  if (isObject(input)) return { ...input, lastEventId }
  return input ?? { lastEventId }
}

/** Reads all inputs of a request once; `batchSize` is `null` for a single call. */
function createInputs(exchange: Exchange, batchSize: number | null): Inputs {
  let value: Record<number, unknown> | undefined
  let failure: TRPCError | undefined
  return {
    read() {
      if (value !== undefined) return value
      if (failure !== undefined) throw failure
      try {
        return (value = parseInputs(exchange, batchSize))
      } catch (cause) {
        failure = toInputError(cause)
        throw failure
      }
    },
    result: () => value,
  }
}

function parseInputs(exchange: Exchange, batchSize: number | null): Record<number, unknown> {
  const text = exchange.request.method === 'GET' ? exchange.search.get('input') : exchange.request.body
  const inputs: Record<number, unknown> = Object.create(null)
  // An `httpLink` leaves out an input that is `undefined`.
  if (typeof text !== 'string' || text === '') return inputs
  const json: unknown = JSON.parse(text)
  const transformer = exchange.options.router._def._config.transformer.input
  if (batchSize === null) {
    inputs[0] = transformer.deserialize(json)
    return inputs
  }
  if (!isObject(json)) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: '"input" needs to be an object when doing a batch call' })
  }
  for (let index = 0; index < batchSize; index++) {
    const input = json[index]
    if (input !== undefined) inputs[index] = transformer.deserialize(input)
  }
  return inputs
}

function toInputError(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause
  return new TRPCError({
    code: 'BAD_REQUEST',
    message: cause instanceof Error ? cause.message : 'Invalid input',
    cause,
  })
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

function isObject(value: unknown): value is Record<string | number, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
