import type { AnyTRPCRouter, TRPCError } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { HandlerOptions } from './options.ts'
import { EventStreams } from './stream/event-streams.ts'
import { toStreamsOptions } from './stream/sse-options.ts'
import { configOf, getTRPCErrorFromUnknown, type RouterConfig } from './trpc-internals.ts'

/** What the requests of one registered plugin have in common. */
export class Transport {
  readonly options: HandlerOptions
  readonly router: AnyTRPCRouter
  readonly config: RouterConfig
  readonly sse: RouterConfig['sse']
  readonly streams: EventStreams

  constructor(app: FastifyInstance, options: HandlerOptions) {
    this.options = options
    this.router = options.router
    this.config = configOf(options.router)
    this.sse = options.sse ?? this.config.sse
    this.streams = new EventStreams(app, { ...toStreamsOptions(this.sse), serialize: this.serialize })
  }

  /** By the router's output transformer. One function for all, by which a broadcast knows that it has encoded already. */
  readonly serialize = (value: unknown): unknown => this.config.transformer.output.serialize(value)
}

/** One HTTP request under the prefix, from its head to its response. */
export class TrpcRequest {
  readonly transport: Transport
  readonly options: HandlerOptions
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  /** The path below the prefix, as Fastify decoded it. */
  readonly path: string
  /** What the procedures receive; `undefined` until it is made, and when making it failed. */
  context: unknown = undefined
  #contextError: TRPCError | undefined
  #search: URLSearchParams | undefined
  #controller: AbortController | undefined

  constructor(transport: Transport, request: FastifyRequest, reply: FastifyReply, path: string) {
    this.transport = transport
    this.options = transport.options
    this.request = request
    this.reply = reply
    this.path = path
  }

  /** A parameter of the query, or `null`. */
  query(name: string): string | null {
    const search = (this.#search ??= parseQuery(this.request.raw.url ?? ''))
    return search === NO_QUERY ? null : search.get(name)
  }

  /** Lets go of what was read of the query: a subscription may last for days. */
  forgetQuery(): void {
    this.#search = undefined
  }

  /** The address the client asked for, as far as its headers tell it; `null` where they make none. */
  get url(): URL | null {
    const { protocol, headers, raw } = this.request
    return URL.parse(raw.url ?? '', `${protocol}://${String(headers.host ?? headers[':authority'] ?? 'localhost')}`)
  }

  /** Aborts when the client leaves before the response is complete. */
  get signal(): AbortSignal {
    return this.#abortController().signal
  }

  abort(): void {
    this.#abortController().abort()
  }

  /** Never rejects: an error is kept, and thrown at each call that needs the context. */
  async createContext(info: TRPCRequestInfo): Promise<void> {
    try {
      this.context = await this.options.createContext?.({ req: this.request, res: this.reply, info })
    } catch (cause) {
      this.#contextError = getTRPCErrorFromUnknown(cause)
    }
  }

  /** @throws the error of `createContext`. */
  requireContext(): unknown {
    if (this.#contextError !== undefined) throw this.#contextError
    return this.context
  }

  #abortController(): AbortController {
    if (this.#controller !== undefined) return this.#controller
    const controller = (this.#controller = new AbortController())
    const response = this.reply.raw
    // 'close' comes once, after a complete response too; only one cut short is an abort.
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
