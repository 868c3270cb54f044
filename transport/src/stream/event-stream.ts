import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { isTrackedEnvelope } from '../trpc-internals.ts'
import type { EventBatch, Subscriber } from './event-batch.ts'
import { attachTo, isFedSubscription, type FedSubscription } from './fed-subscription.ts'
import {
  PING_FRAME,
  RETURN_FRAME,
  connectedFrame,
  dataFrame,
  errorFrame,
  untrackedFrames,
  writeShared,
  type SharedFrame,
} from './frames.ts'
import { heartbeatEvery, type HeartbeatMember, type Heartbeat } from './heartbeat.ts'

/** What one response of server-sent events is made of. */
export type EventStreamOptions = {
  /** Where the events go, unless a hook of the host puts something in between. */
  response: ServerResponse
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
  streams: Set<{ cut(): void }>
}

/**
 * The body of a subscription's response: a stream as any other to Fastify and to hooks that read it, compressors for
 * one. But where Fastify pipes it into the response as it is, it writes there directly: that saves buffers for every
 * subscriber, and lets a broadcast put the same bytes on all sockets.
 *
 * It may live for days beside thousands of others, so it holds on to nothing that it will not need again.
 */
export class EventStream extends Readable implements HeartbeatMember, Subscriber {
  lastBeat = 0
  readonly #response: ServerResponse
  readonly #serialize: EventStreamOptions['serialize']
  readonly #streams: EventStreamOptions['streams']
  #options: EventStreamOptions | undefined
  #heartbeat: Heartbeat | undefined
  #lifetime: NodeJS.Timeout | undefined
  #stopSource: () => void
  #lastEventId: string | null
  /** Kept where the source may fail without being asked for more. */
  #encodeError: EventStreamOptions['encodeError'] | undefined
  #isDirect = false
  #endsResponse = true
  #isOver = false
  #wanted: () => void = noop

  constructor(options: EventStreamOptions) {
    super()
    const { response, source, serialize, streams, lastEventId } = options
    this.#response = response
    this.#options = options
    this.#serialize = serialize
    this.#streams = streams
    // An id that cannot be sent back in an `id` field is as good as none.
    this.#lastEventId = lastEventId && !UNSENDABLE.test(lastEventId) ? lastEventId : null
    // A response that fails in a hook never reads its body, and what the call opened is closed all the same.
    this.#stopSource = () => stop(source[Symbol.asyncIterator]())
    response.once('close', () => this.destroy())
  }

  override pipe<TDestination extends NodeJS.WritableStream>(
    destination: TDestination,
    options?: { end?: boolean },
  ): TDestination {
    // Nor is there a socket to a response that a program reads: only a pipe knows how much of it has been read.
    if ((destination as unknown) !== this.#response || 'isLightMyRequest' in this.#response)
      return super.pipe(destination, options)
    this.#isDirect = true
    this.#endsResponse = options?.end !== false
    this.#start()
    return destination
  }

  override _read(): void {
    this.#start()
    this.#wanted()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#close()
    this.#wanted()
    callback(error)
  }

  #start(): void {
    const options = this.#options
    if (options === undefined || this.#isOver) return
    this.#options = undefined
    const { source, client, pingMs, maxDurationMs, onExpiry, encodeError } = options
    this.#streams.add(this)
    this.#write(connectedFrame(client))
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
    this.#stopSource = noop
    if (isFedSubscription(source)) this.#stopSource = this.#attach(source, encodeError)
    else void this.#pump(source[Symbol.asyncIterator](), encodeError)
    // A source that ended at once did so before it could be stopped.
    if (this.#isOver) this.#stopSource()
  }

  #attach(source: FedSubscription, encodeError: EventStreamOptions['encodeError']): () => void {
    this.#encodeError = encodeError
    return source[attachTo](this)
  }

  ping(): void {
    // A reader that is behind has something to read.
    if (this.#queuedBytes < PING_QUEUE_LIMIT) this.#writeShared(PING_FRAME)
  }

  deliver(batch: EventBatch): void {
    if (this.#isOver) return
    this.#beat()
    this.#writeShared(batch.encode(this.#serialize))
    // A slow reader is cut off, not waited for: it comes back and resumes from the last id it saw.
    if (this.#queuedBytes > batch.maxQueuedBytes) this.#response.destroy()
  }

  async drained(): Promise<void> {
    const isBehind = this.#isDirect ? this.#response.writableNeedDrain : this.#queuedBytes > this.readableHighWaterMark
    if (isBehind && !this.#isOver) await this.#drained()
  }

  fail(cause: unknown): void {
    if (!this.#isOver && this.#encodeError !== undefined) this.#fail(cause, this.#encodeError)
  }

  end(): void {
    this.#finish(RETURN_FRAME)
  }

  /** Ends the response without a `return` event, so that the client reconnects, here or to another server. */
  cut(): void {
    this.#finish()
  }

  async #pump(iterator: AsyncIterator<unknown>, encodeError: EventStreamOptions['encodeError']): Promise<void> {
    this.#stopSource = () => stop(iterator)
    try {
      // A loop that read the events itself would keep the last one alive while it awaits the next.
      while (await this.#forward(iterator));
    } catch (cause) {
      if (!this.#isOver) this.#fail(cause, encodeError)
    }
  }

  /** Writes the next event. Returns whether there may be more. */
  async #forward(iterator: AsyncIterator<unknown>): Promise<boolean> {
    const { done, value } = await iterator.next()
    if (this.#isOver) return false
    if (done) {
      this.#finish(RETURN_FRAME)
      return false
    }
    this.#beat()
    if (!this.#write(this.#encode(value))) await this.#drained()
    return true
  }

  #encode(value: unknown): string {
    const isTracked = isTrackedEnvelope(value)
    if (isTracked) this.#lastEventId = value[0]
    const json = JSON.stringify(this.#serialize(isTracked ? value[1] : value)) as string | undefined
    if (this.#lastEventId === null) return dataFrame(json)
    return isTracked ? dataFrame(json, this.#lastEventId) : untrackedFrames(json, this.#lastEventId)
  }

  #fail(cause: unknown, encodeError: EventStreamOptions['encodeError']): void {
    // An abort means that nobody listens any more: no error for the client.
    if (isAbortError(cause)) return this.#finish()
    try {
      this.#finish(errorFrame(encodeError(cause)))
    } catch {
      // The host's error formatter failed, so there is nothing that could safely be sent.
      this.#response.destroy()
    }
  }

  get #queuedBytes(): number {
    return this.#isDirect ? this.#response.writableLength : this.readableLength
  }

  #write(frame: string): boolean {
    return this.#isDirect ? this.#response.write(frame) : this.push(frame)
  }

  #writeShared(frame: SharedFrame): void {
    if (this.#isDirect) writeShared(this.#response, frame)
    else this.push(frame.bytes)
  }

  /** Until the reader wants more, or is gone. */
  #drained(): Promise<void> {
    return new Promise((resolve) => {
      this.#wanted = () => {
        this.#wanted = noop
        resolve()
      }
      if (this.#isDirect) this.#response.once('drain', this.#wanted)
    })
  }

  #beat(): void {
    if (this.#heartbeat !== undefined) this.lastBeat = this.#heartbeat.count
  }

  #finish(lastFrame?: string): void {
    if (this.#isOver) return
    this.#close()
    if (lastFrame !== undefined) this.#write(lastFrame)
    // The response ends after the stream: in the other order Fastify destroys the connection.
    if (this.#isDirect && this.#endsResponse) this.once('end', () => this.#response.end())
    this.push(null)
    if (this.#isDirect) this.resume()
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

function stop(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(noop)
}

function isAbortError(cause: unknown): boolean {
  return cause !== null && typeof cause === 'object' && 'name' in cause && cause.name === 'AbortError'
}
