import type { TRPCRequestInfo } from '@trpc/server/http'
import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventStream } from './event-stream.ts'
import type { HandlerOptions } from './options.ts'

/** What the requests of one registered plugin have in common. */
export type Transport = {
  readonly options: HandlerOptions
  /** The router's output transformer. */
  readonly serialize: (value: unknown) => unknown
  /** Subscriptions being answered. */
  readonly streams: Set<EventStream>
}

/** One HTTP request under the prefix, from its head to its answer. */
export class Exchange {
  readonly options: HandlerOptions
  readonly serialize: Transport['serialize']
  readonly streams: Set<EventStream>
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The path below the prefix, as Fastify decoded it. */
  readonly path: string
  /** What the procedures receive: `undefined` until made, and for good when making it failed. */
  context: unknown = undefined
  #contextError: TRPCError | undefined
  #search: URLSearchParams | undefined
  #controller: AbortController | undefined

  constructor({ options, serialize, streams }: Transport, request: FastifyRequest, reply: FastifyReply, path: string) {
    this.options = options
    this.serialize = serialize
    this.streams = streams
    this.request = request
    this.reply = reply
    this.path = path
  }

  /** A parameter of the query, or `null`. */
  query(name: string): string | null {
    const search = (this.#search ??= parseQuery(this.request.raw.url ?? ''))
    return search === NO_QUERY ? null : search.get(name)
  }

  get url(): URL | null {
    const { request } = this
    return URL.parse(request.raw.url ?? '', `${request.protocol}://${request.headers.host ?? 'localhost'}`)
  }

  /** Aborts when the client leaves before the answer is complete. */
  get signal(): AbortSignal {
    return this.#abortController().signal
  }

  abort(): void {
    this.#abortController().abort()
  }

  /** Never fails: who wants a context that could not be made is told then. Returns nothing to wait for if it need not. */
  createContext(info: TRPCRequestInfo): void | Promise<void> {
    try {
      const made: unknown = this.options.createContext?.({ req: this.request, res: this.reply, info })
      if (!(made instanceof Promise)) {
        this.context = made
        return undefined
      }
      return this.#await(made)
    } catch (cause) {
      this.#contextError = getTRPCErrorFromUnknown(cause)
      return undefined
    }
  }

  async #await(made: Promise<unknown>): Promise<void> {
    try {
      this.context = await made
    } catch (cause) {
      this.#contextError = getTRPCErrorFromUnknown(cause)
    }
  }

  /** @throws the error of `createContext`, anew for each call that wanted the context. */
  requireContext(): unknown {
    if (this.#contextError !== undefined) throw this.#contextError
    return this.context
  }

  #abortController(): AbortController {
    if (this.#controller !== undefined) return this.#controller
    const controller = (this.#controller = new AbortController())
    const response = this.reply.raw
    // 'close' comes once, after a complete answer too; only one cut short is an abort.
    response.on('close', () => {
      if (!response.writableEnded) controller.abort()
    })
    return controller
  }
}

// Most calls have none, and nobody writes to it.
const NO_QUERY = new URLSearchParams()

function parseQuery(url: string): URLSearchParams {
  const start = url.indexOf('?')
  if (start === -1) return NO_QUERY
  const end = url.indexOf('#', start)
  return new URLSearchParams(end === -1 ? url.slice(start + 1) : url.slice(start + 1, end))
}
