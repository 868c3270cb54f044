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
  /** The same function for all streams of a router: a broadcast encodes once for each serializer. */
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
  /** Where the stream is found while it lasts. */
  streams: Set<EventStream>
}

type ReadResult = { done: boolean; value?: undefined }

/**
 * The body of a subscription's answer. To Fastify it is a web stream whose reader has nothing yet, so that hooks,
 * headers and the end are Fastify's as for any other answer. In between it writes to the response directly: that
 * saves a stream's buffers for every subscriber, and lets a broadcast put the same bytes on all sockets.
 *
 * It may live for days beside thousands of others, so it holds on to nothing that it will not need again.
 */
export class EventStream implements Beating, Subscriber {
  lastBeat = 0
  readonly #response: ServerResponse
  readonly #serialize: EventStreamOptions['serialize']
  readonly #streams: Set<EventStream>
  #options: EventStreamOptions | undefined
  #heartbeat: Heartbeat | undefined
  #lifetime: NodeJS.Timeout | undefined
  #stopSource: () => void = noop
  #endAnswer: (result: ReadResult) => void = noop
  #isOver = false

  constructor(response: ServerResponse, options: EventStreamOptions) {
    this.#response = response
    this.#options = options
    this.#serialize = options.serialize
    this.#streams = options.streams
  }

  /** Called by Fastify, which then sets the headers and reads. */
  getReader(): { read: () => Promise<ReadResult>; cancel: () => Promise<void> } {
    return {
      read: () => {
        this.#start()
        return new Promise((resolve) => {
          this.#endAnswer = resolve
        })
      },
      // The client is gone.
      cancel: async () => this.#close(),
    }
  }

  #start(): void {
    const options = this.#options
    if (options === undefined || this.#isOver) return
    this.#options = undefined
    const { source, client, pingMs, maxDurationMs, onExpiry, lastEventId, encodeError } = options
    this.#streams.add(this)
    this.#response.write(connectedFrame(client))
    if (pingMs !== undefined && pingMs > 0 && pingMs !== Infinity) {
      this.#heartbeat = heartbeatEvery(pingMs)
      this.#heartbeat.add(this)
    }
    if (maxDurationMs) {
      this.#lifetime = setTimeout(() => {
        onExpiry()
        this.#finish()
      }, maxDurationMs)
    }
    if (isBroadcastSubscription(source)) this.#stopSource = source[attachTo](this)
    else void this.#pump(source, lastEventId, encodeError)
  }

  ping(): void {
    // A reader that is behind has something to read.
    if (this.#response.writableLength < PING_QUEUE_LIMIT) writeShared(this.#response, PING_FRAME)
  }

  deliver(batch: EventBatch): void {
    if (this.#isOver) return
    const response = this.#response
    this.#beat()
    writeShared(response, batch.encode(this.#serialize))
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

  async #pump(
    source: AsyncIterable<unknown>,
    lastEventId: string | null,
    encodeError: EventStreamOptions['encodeError'],
  ): Promise<void> {
    const response = this.#response
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
      if (!this.#isOver) this.#fail(cause, encodeError)
    }
  }

  #encode(value: unknown, lastId: string | null): string {
    const data = isTrackedEnvelope(value) ? value[1] : value
    const json = JSON.stringify(this.#serialize(data)) as string | undefined
    if (lastId === null) return dataFrame(json)
    return isTrackedEnvelope(value) ? dataFrame(json, lastId) : untrackedFrames(json, lastId)
  }

  #fail(cause: unknown, encodeError: EventStreamOptions['encodeError']): void {
    // An abort is the end of interest, not an error to tell.
    if (isAbortError(cause)) return this.#finish()
    try {
      this.#finish(errorFrame(encodeError(cause)))
    } catch {
      // The host's formatter failed: nothing safe is left to say.
      this.#response.destroy()
    }
  }

  #beat(): void {
    if (this.#heartbeat !== undefined) this.lastBeat = this.#heartbeat.count
  }

  #finish(lastFrame?: string): void {
    if (this.#isOver) return
    this.#close()
    if (lastFrame !== undefined) this.#response.write(lastFrame)
    // Once Fastify has its reader's promise: a source may end while the stream starts.
    queueMicrotask(() => this.#endAnswer({ done: true }))
  }

  #close(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#streams.delete(this)
    this.#heartbeat?.remove(this)
    clearTimeout(this.#lifetime)
    this.#stopSource()
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
