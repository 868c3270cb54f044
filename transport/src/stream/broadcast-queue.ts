import type { EventBatch, Subscriber } from './event-batch.ts'

/** A subscription read one event at a time; a reader that falls too far behind is cut off. */
export class BroadcastQueue<TEvent> implements AsyncIterableIterator<TEvent>, Subscriber {
  readonly #detach: () => void
  readonly #maxQueued: number
  readonly #signal: AbortSignal | undefined
  #events: TEvent[] = []
  #queued = 0
  #isDone = false
  #failure: Error | undefined
  #waiting: PromiseWithResolvers<IteratorResult<TEvent>> | undefined
  readonly #onAbort = () => this.#finish()

  constructor(attach: (subscriber: Subscriber) => () => void, maxQueued: number, signal?: AbortSignal) {
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
    // The name makes tRPC close the stream without a last word, so that the client comes back for what it missed.
    this.#failure = new DOMException('The subscriber reads too slowly', 'AbortError')
    this.#events = []
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

  [Symbol.asyncIterator](): this {
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return()
  }

  #take(): IteratorResult<TEvent> | undefined {
    const value = this.#events.shift()
    if (value !== undefined) {
      if (this.#events.length === 0) this.#queued = 0
      return { done: false, value }
    }
    if (this.#failure !== undefined) throw this.#failure
    return this.#isDone ? { done: true, value: undefined } : undefined
  }

  #finish(): void {
    this.#isDone = true
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
