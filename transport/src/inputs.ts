import { TRPCError } from '@trpc/server'
import type { TrpcRequest } from './trpc-request.ts'

/**
 * The inputs of a request's calls: parsed together, once, when the first of them is wanted, so that a malformed one
 * fails the call that needs it, and no other.
 */
export class Inputs {
  readonly #trpcRequest: TrpcRequest
  /** `null` for a single call. */
  readonly #batchSize: number | null
  #state: 'unread' | 'read' | 'failed' = 'unread'
  /** A single call's input, a batch's inputs in the order of its calls, or why there are none. */
  #content: unknown

  constructor(trpcRequest: TrpcRequest, batchSize: number | null) {
    this.#trpcRequest = trpcRequest
    this.#batchSize = batchSize
  }

  /** @throws TRPCError, the same for every call, when the inputs cannot be read. */
  read(index: number): unknown {
    if (this.#state === 'unread') this.#parse()
    if (this.#state === 'failed') throw this.#content
    return this.peek(index)
  }

  /** The input, or `undefined` while nobody has read it. */
  peek(index: number): unknown {
    if (this.#state !== 'read') return undefined
    return this.#batchSize === null ? this.#content : (this.#content as unknown[])[index]
  }

  #parse(): void {
    try {
      const { transformer } = this.#trpcRequest.transport.config
      const deserialize = (json: unknown) => (json === undefined ? undefined : transformer.input.deserialize(json))
      const json = readJson(this.#trpcRequest)
      this.#content = this.#batchSize === null ? deserialize(json) : split(json, this.#batchSize).map(deserialize)
      this.#state = 'read'
    } catch (cause) {
      this.#content = toInputError(cause)
      this.#state = 'failed'
    }
  }
}

/** The JSON of a request; `undefined` where there is none: an `httpLink` leaves out an input that is `undefined`. */
function readJson(trpcRequest: TrpcRequest): unknown {
  const { request } = trpcRequest
  const text = request.method === 'GET' ? trpcRequest.query('input') : request.body
  return typeof text === 'string' && text !== '' ? JSON.parse(text) : undefined
}

/** A batch's inputs come as an object whose keys are the indices of its calls. */
function split(json: unknown, batchSize: number): unknown[] {
  if (json !== undefined && !isObject(json)) {
    throw new TRPCError({ code: 'BAD_REQUEST', message: '"input" needs to be an object when doing a batch call' })
  }
  return Array.from({ length: batchSize }, (_, index) => json?.[index])
}

/** An object as JSON has them: no array, and not `null`. */
export function isObject(value: unknown): value is Record<string | number, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}

function toInputError(cause: unknown): TRPCError {
  if (cause instanceof TRPCError) return cause
  return new TRPCError({
    code: 'BAD_REQUEST',
    message: cause instanceof Error ? cause.message : 'Invalid input',
    cause,
  })
}
