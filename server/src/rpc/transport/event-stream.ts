import { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { isTrackedEnvelope } from '@trpc/server'
import { attachTo, isBroadcastSubscription, type EventBatch, type Subscriber } from './broadcast.ts'
import {
  PING_FRAME,
  RETURN_FRAME,
  connectedFrame,
  dataFrame,
  errorFrame,
  untrackedFrames,
  writeShared,
} from './frames.ts'
import { heartbeatEvery, type Beating, type Heartbeat } from './heartbeat.ts'

export type EventStreamOptions = {
  source: AsyncIterable<unknown>
  serialize: (value: unknown) => unknown
  /** The JSON of an error of the source, for the client's eyes. */
  encodeError: (cause: unknown) => string
  lastEventId: string | null
  /** Told to the client when it connects: when it should give up on a silent stream. */
  client: unknown
  /** `undefined`: no pings. */
  pingMs: number | undefined
  /** `undefined`: as long as both sides like. */
  maxDurationMs: number | undefined
  /** Called when `maxDurationMs` has passed, before the stream ends. */
  onExpiry: () => void
  /** Called once when the stream is over, whoever ended it. */
  onEnd: () => void
}

/**
 * The body of a subscription's answer. To Fastify it is a stream, so that hooks and headers work as for any other;
 * but instead of piping itself it takes the response over and writes to it directly, which saves a stream's
 * buffers for every subscriber and lets a broadcast put the same bytes on all sockets.
 */
export class EventStream extends EventEmitter implements Beating, Subscriber {
  lastBeat = 0
  readonly #options: EventStreamOptions
  #response: ServerResponse | undefined
  #heartbeat: Heartbeat | undefined
  #lifetime: NodeJS.Timeout | undefined
  #stopSource: () => void = noop
  #isOver = false

  constructor(options: EventStreamOptions) {
    super()
    this.#options = options
  }

  /** Called by Fastify when headers are set. */
  pipe(response: ServerResponse): ServerResponse {
    const { source, client, pingMs, maxDurationMs } = this.#options
    this.#response = response
    response.write(connectedFrame(client))
    if (pingMs !== undefined && pingMs > 0 && pingMs !== Infinity) {
      this.#heartbeat = heartbeatEvery(pingMs)
      this.#heartbeat.add(this)
    }
    if (maxDurationMs) this.#lifetime = setTimeout(() => this.#expire(), maxDurationMs)
    if (isBroadcastSubscription(source)) this.#stopSource = source[attachTo](this)
    else void this.#pump(source, response)
    return response
  }

  /** Called by Fastify when the client is gone. */
  destroy(): void {
    this.#close()
  }

  ping(): void {
    const response = this.#response
    // A reader that is behind has something to read.
    if (response !== undefined && response.writableLength < PING_QUEUE_LIMIT) writeShared(response, PING_FRAME)
  }

  deliver(batch: EventBatch): void {
    const response = this.#response
    if (response === undefined || this.#isOver) return
    this.#beat()
    writeShared(response, batch.encode(this.#options.serialize))
    // A slow reader is cut off, not waited for: it comes back and resumes from the last id it saw.
    if (response.writableLength > batch.maxQueuedBytes) response.destroy()
  }

  /** The source has no more to say. */
  end(): void {
    this.#finish(RETURN_FRAME)
  }

  /** Ends the answer without a last word, so that the client comes back, here or elsewhere. */
  cut(): void {
    this.#finish()
  }

  async #pump(source: AsyncIterable<unknown>, response: ServerResponse): Promise<void> {
    const { lastEventId } = this.#options
    // An id that cannot be sent back in an `id` field is as good as none.
    let lastId = lastEventId && !UNSENDABLE.test(lastEventId) ? lastEventId : null
    try {
      const iterator = source[Symbol.asyncIterator]()
      this.#stopSource = () => void iterator.return?.().catch(noop)
      for (;;) {
        const { done, value } = await iterator.next()
        if (this.#isOver) return
        if (done) return this.#finish(RETURN_FRAME)
        if (isTrackedEnvelope(value)) lastId = value[0]
        const frame = this.#encode(value, lastId)
        this.#beat()
        if (!response.write(frame)) await drained(response)
      }
    } catch (cause) {
      if (!this.#isOver) this.#fail(cause, response)
    }
  }

  #encode(value: unknown, lastId: string | null): string {
    const data = isTrackedEnvelope(value) ? value[1] : value
    const json = JSON.stringify(this.#options.serialize(data)) as string | undefined
    if (lastId === null) return dataFrame(json)
    return isTrackedEnvelope(value) ? dataFrame(json, lastId) : untrackedFrames(json, lastId)
  }

  #fail(cause: unknown, response: ServerResponse): void {
    // An abort is the end of interest, not an error to tell.
    if (isAbortError(cause)) return this.#finish()
    try {
      this.#finish(errorFrame(this.#options.encodeError(cause)))
    } catch {
      // The host's formatter failed: nothing safe is left to say.
      response.destroy()
    }
  }

  #beat(): void {
    if (this.#heartbeat !== undefined) this.lastBeat = this.#heartbeat.count
  }

  #expire(): void {
    this.#options.onExpiry()
    this.#finish()
  }

  #finish(lastFrame?: string): void {
    if (this.#isOver) return
    this.#close()
    this.#response?.end(lastFrame)
    this.emit('end')
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#heartbeat?.remove(this)
    clearTimeout(this.#lifetime)
    this.#stopSource()
    this.#options.onEnd()
  }
}

const UNSENDABLE = /[\0\n\r]/
const PING_QUEUE_LIMIT = 1024

function noop(): void {}

function isAbortError(cause: unknown): boolean {
  return cause !== null && typeof cause === 'object' && 'name' in cause && cause.name === 'AbortError'
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const settle = (): void => {
      response.off('drain', settle).off('close', settle)
      resolve()
    }
    response.on('drain', settle).on('close', settle)
  })
}
