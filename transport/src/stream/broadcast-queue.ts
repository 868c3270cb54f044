import type { Attach, EventBatch, Subscriber } from './event-batch.ts'

/** A subscription read one event at a time; a reader that falls too far behind is cut off. */
export class BroadcastQueue<TEvent> implements AsyncIterableIterator<TEvent>, Subscriber {
  readonly #detach: () => void
  readonly #maxQueued: number
  readonly #signal: AbortSignal | undefined
  #events: TEvent[] = []
  #queued = 0
  #isDone = false
  #failure: { cause: unknown } | undefined
  #emptied: PromiseWithResolvers<void> | undefined
  #waiting: PromiseWithResolvers<IteratorResult<TEvent>> | undefined
  readonly #onAbort = () => this.#finish()

  constructor(attach: Attach, maxQueued: number, signal?: AbortSignal) {
    this.#maxQueued = maxQueued
    this.#signal = signal
    this.#detach = attach(this)
    if (signal?.aborted) this.#finish()
    else signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  deliver(batch: EventBatch): void {
    this.#events.push(...(batch.toTracked() as TEvent[]))
    if (batch.maxQueuedBytes !== Infinity) this.#queued += batch.characters
    this.#wake()
    if (this.#queued <= this.#maxQueued) return
    this.#events = []
    this.cut()
  }

  async drained(): Promise<void> {
    if (this.#events.length === 0 || this.#isDone) return
    this.#emptied ??= Promise.withResolvers()
    await this.#emptied.promise
  }

  cut(): void {
    // The name makes tRPC close the stream without a last word, so that the client comes back for what it missed.
    this.fail(new DOMException('The subscription was cut off', 'AbortError'))
  }

  fail(cause: unknown): void {
    this.#failure = { cause }
    this.#finish()
  }

  end(): void {
    this.#isDone = true
    this.#wake()
  }

  async next(): Promise<IteratorResult<TEvent>> {
    const ready = this.#take()
    if (ready !== undefined) return ready
    this.#waiting = Promise.withResolvers()
    return this.#waiting.promise
  }

  async return(): Promise<IteratorResult<TEvent>> {
    this.#events = []
    this.#finish()
    return { done: true, value: undefined }
  }

  /** tRPC hands an error of the iteration back to what failed, on its way to whoever reads. */
  async throw(cause: unknown): Promise<never> {
    await this.return()
    throw cause
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #take(): IteratorResult<TEvent> | undefined {
    const value = this.#events.shift()
    if (value !== undefined) {
      if (this.#events.length === 0) this.#empty()
      return { done: false, value }
    }
    if (this.#failure !== undefined) throw this.#failure.cause
    return this.#isDone ? { done: true, value: undefined } : undefined
  }

  #empty(): void {
    this.#queued = 0
    this.#emptied?.resolve()
    this.#emptied = undefined
  }

  #finish(): void {
    this.#isDone = true
    this.#emptied?.resolve()
    this.#detach()
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#wake()
  }

  #wake(): void {
    if (this.#waiting === undefined) return
    const { resolve, reject } = this.#waiting
    try {
      const ready = this.#take()
      if (ready === undefined) return
      this.#waiting = undefined
      resolve(ready)
    } catch (cause) {
      this.#waiting = undefined
      reject(cause)
    }
  }
}
