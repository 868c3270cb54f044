import type { ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { isTrackedEnvelope } from '../trpc-internals.ts'
import type { EventBatch, Subscriber } from './event-batch.ts'
import { attachTo, isFedSubscription } from './fed-subscription.ts'
import { dataFrame, untrackedFrames, writeShared, type ControlFrames, type SharedFrame } from './frames.ts'
import type { Heartbeat, HeartbeatMember } from './heartbeat.ts'

/** What streams have in common. */
export type StreamSettings = {
  /** Those that have begun, while they last. */
  readonly open: Set<EventStream>
  readonly frames: ControlFrames
  /** One function for all: a broadcast encodes once for each. */
  readonly serialize: (value: unknown) => unknown
  readonly heartbeat: Heartbeat | undefined
  readonly maxDurationMs: number | undefined
}

/** What one response of server-sent events is to tell and to be told. */
export type SendEventsOptions = {
  /** What the reader is told of an error of the source, as JSON. Default: that there was one. */
  encodeError?: ((cause: unknown) => string) | undefined
  /** Called when the stream is ended before its source is: that may wait for something. Not when the reader leaves. */
  abort?: (() => void) | undefined
  /** What the reader saw last; for sources that have events without ids besides others. */
  lastEventId?: string | null | undefined
}

/**
 * The body of a response of server-sent events: to hooks that read it, compressors for one, a stream as any other.
 * Otherwise it writes to the response itself, which saves buffers for every subscriber, and lets a broadcast put the
 * same bytes on all sockets.
 *
 * It may live for days beside thousands of others, so it holds on to nothing that it will not need again, and what
 * they have in common stands once.
 */
export class EventStream extends Readable implements HeartbeatMember, Subscriber {
  lastBeat = 0
  readonly #settings: StreamSettings
  readonly #response: ServerResponse
  readonly #options: SendEventsOptions
  /** Until the stream starts. */
  #source: AsyncIterable<unknown> | undefined
  #lastEventId: string | null
  #stopSource: () => void = noop
  #lifetime: NodeJS.Timeout | undefined
  #isDirect = false
  #isOver = false
  #wanted: () => void = noop

  constructor(
    settings: StreamSettings,
    response: ServerResponse,
    source: AsyncIterable<unknown>,
    options: SendEventsOptions,
  ) {
    super()
    const { lastEventId } = options
    this.#settings = settings
    this.#response = response
    this.#options = options
    this.#source = source
    // An id that cannot be sent back in an `id` field is as good as none.
    this.#lastEventId = lastEventId && !UNSENDABLE.test(lastEventId) ? lastEventId : null
    // A response that fails in a hook never reads its body, and what the call opened is closed all the same.
    response.on('close', () => this.destroy())
  }

  /** Writes to the response, whose head is out, instead of being read. */
  writeDirectly(): void {
    this.#isDirect = true
    this.#start()
    if (this.#isOver) this.#response.end()
  }

  override _read(): void {
    this.#start()
    this.#wanted()
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.#close()
    this.#wanted()
    if (this.#isDirect && error !== null) this.#response.destroy()
    callback(error)
  }

  ping(): void {
    // A reader that is behind has something to read.
    if (this.#queuedBytes < PING_QUEUE_LIMIT) this.#writeShared(this.#settings.frames.ping)
  }

  deliver(batch: EventBatch): void {
    if (this.#isOver) return
    this.#beat()
    this.#writeShared(batch.encode(this.#settings.serialize))
    // A slow reader is cut off, not waited for: it comes back and resumes from the last id it saw.
    if (this.#queuedBytes > batch.maxQueuedBytes) this.#response.destroy()
  }

  async drained(): Promise<void> {
    const isBehind = this.#isDirect ? this.#response.writableNeedDrain : this.#queuedBytes > this.readableHighWaterMark
    if (isBehind && !this.#isOver) await this.#drained()
  }

  fail(cause: unknown): void {
    if (this.#isOver) return
    // An abort means that nobody listens any more: no error for the client.
    if (isAbortError(cause)) return this.#finish()
    try {
      this.#finish(this.#settings.frames.error(this.#options.encodeError?.(cause) ?? UNSAID))
    } catch {
      // The host's error formatter failed, so there is nothing that could safely be sent.
      this.#response.destroy()
    }
  }

  end(): void {
    this.#finish(this.#settings.frames.ending)
  }

  /** Ends the response without a last word, so that the client reconnects, here or to another server. */
  cut(): void {
    this.#finish('', true)
  }

  #start(): void {
    const source = this.#source
    if (source === undefined || this.#isOver) return
    this.#source = undefined
    const { frames, heartbeat, maxDurationMs } = this.#settings
    this.#settings.open.add(this)
    this.#write(frames.opening)
    heartbeat?.add(this)
    if (maxDurationMs) this.#lifetime = setTimeout(cut, maxDurationMs, this)
    if (isFedSubscription(source)) this.#stopSource = source[attachTo](this)
    else void this.#pump(source[Symbol.asyncIterator]())
    // A source that ended at once did so before it could be stopped.
    if (this.#isOver) this.#stopSource()
  }

  async #pump(iterator: AsyncIterator<unknown>): Promise<void> {
    this.#stopSource = () => stop(iterator)
    try {
      // A loop that read the events itself would keep the last one alive while it awaits the next.
      while (await this.#forward(iterator));
    } catch (cause) {
      this.fail(cause)
    }
  }

  /** Writes the next event. Returns whether there may be more. */
  async #forward(iterator: AsyncIterator<unknown>): Promise<boolean> {
    const { done, value } = await iterator.next()
    if (this.#isOver) return false
    if (done) {
      this.end()
      return false
    }
    this.#beat()
    if (!this.#write(this.#encode(value))) await this.#drained()
    return true
  }

  #encode(value: unknown): string {
    const isTracked = isTrackedEnvelope(value)
    if (isTracked) this.#lastEventId = value[0]
    const json = JSON.stringify(this.#settings.serialize(isTracked ? value[1] : value)) as string | undefined
    if (this.#lastEventId === null) return dataFrame(json)
    return isTracked ? dataFrame(json, this.#lastEventId) : untrackedFrames(json, this.#lastEventId)
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
    const { heartbeat } = this.#settings
    if (heartbeat !== undefined) this.lastBeat = heartbeat.count
  }

  #finish(lastFrame = '', isEarly = false): void {
    if (this.#isOver) return
    this.#close(isEarly)
    if (lastFrame !== '') this.#write(lastFrame)
    if (this.#isDirect) {
      this.#response.end()
      this.destroy()
    } else this.push(null)
  }

  #close(isEarly = false): void {
    if (this.#isOver) return
    this.#isOver = true
    // First: a source that is stopped may ask why.
    if (isEarly) this.#options.abort?.()
    this.#settings.open.delete(this)
    this.#settings.heartbeat?.remove(this)
    clearTimeout(this.#lifetime)
    if (this.#source === undefined) this.#stopSource()
    else stop(this.#source[Symbol.asyncIterator]())
    this.#source = undefined
  }
}

const UNSENDABLE = /[\0\n\r]/
const PING_QUEUE_LIMIT = 1024
const UNSAID = '{"message":"The events ended in an error"}'

function noop(): void {}

function cut(stream: EventStream): void {
  stream.cut()
}

function stop(iterator: AsyncIterator<unknown>): void {
  iterator.return?.().catch(noop)
}

function isAbortError(cause: unknown): boolean {
  return cause !== null && typeof cause === 'object' && 'name' in cause && cause.name === 'AbortError'
}
