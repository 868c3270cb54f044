import type { TRPCRequestInfo } from '@trpc/server/http'
import { getTRPCErrorFromUnknown, type TRPCError } from '@trpc/server'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { EventStream } from './event-stream.ts'
import type { HandlerOptions } from './options.ts'

/** What the requests of one registered plugin have in common. */
export type Transport = {
  readonly options: HandlerOptions
  /** Subscriptions being answered. */
  readonly streams: Set<EventStream>
}

/** One HTTP request under the prefix, from its head to its answer. */
export class Exchange {
  readonly options: HandlerOptions
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

  constructor({ options, streams }: Transport, request: FastifyRequest, reply: FastifyReply, path: string) {
    this.options = options
    this.streams = streams
    this.request = request
    this.reply = reply
    this.path = path
  }

  get search(): URLSearchParams {
    return (this.#search ??= new URLSearchParams(queryOf(this.request.raw.url ?? '')))
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

  async createContext(info: TRPCRequestInfo): Promise<void> {
    try {
      this.context = await this.options.createContext?.({ req: this.request, res: this.reply, info })
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
    // 'close' comes after a complete answer too; only one cut short is an abort.
    response.once('close', () => {
      if (!response.writableEnded) controller.abort()
    })
    return controller
  }
}

function queryOf(url: string): string {
  const start = url.indexOf('?')
  if (start === -1) return ''
  const end = url.indexOf('#', start)
  return end === -1 ? url.slice(start + 1) : url.slice(start + 1, end)
}
