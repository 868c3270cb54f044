/** A bad network between a client and the media server, the same both ways. */
export type NetworkConditions = {
  /** 0–100: how many packets of a hundred get lost, at random. */
  lossPercent?: number
  /** The bandwidth, in kilobits per second. */
  kbps?: number
  /** How long each packet takes, in milliseconds. */
  delayMs?: number
  /** By how much more, at random; packets may overtake each other. */
  jitterMs?: number
}

/** What waits longer than this for its turn is dropped, as a router would. */
const MAX_QUEUE_MS = 500
/** Packets that are on their way; beyond that they are lost, whatever the conditions say. */
const MAX_IN_FLIGHT = 4000

type Traveling = { dueAt: number; deliver: () => void }

/** One direction of a network: hands packets on when, and if, the conditions let them through. */
export class NetworkPath {
  #conditions: NetworkConditions | null = null
  /** When the last packet has been sent whole, at the bandwidth. */
  #freeAt = 0
  /** In the order of arrival. One timer for all: several would go off in another order on a busy machine. */
  #inFlight: Traveling[] = []
  #timer: NodeJS.Timeout | null = null

  set(conditions: NetworkConditions | null): void {
    this.#conditions = conditions
    this.#freeAt = 0
  }

  pass(bytes: number, deliver: () => void): void {
    const conditions = this.#conditions
    if (conditions === null) return deliver()
    const { lossPercent = 0, kbps, delayMs = 0, jitterMs = 0 } = conditions
    if (Math.random() * 100 < lossPercent || this.#inFlight.length >= MAX_IN_FLIGHT) return
    const now = performance.now()
    let dueAt = now + delayMs + (jitterMs === 0 ? 0 : Math.random() * jitterMs)
    if (kbps !== undefined) {
      const queued = Math.max(0, this.#freeAt - now)
      if (queued > MAX_QUEUE_MS) return
      this.#freeAt = now + queued + (bytes * 8) / kbps
      dueAt += this.#freeAt - now
    }
    const index = this.#inFlight.findLastIndex((other) => other.dueAt <= dueAt) + 1
    this.#inFlight.splice(index, 0, { dueAt, deliver })
    if (index === 0) this.#wait()
  }

  close(): void {
    this.#inFlight = []
    this.#wait()
  }

  /** Sets the timer to when the next packet arrives. */
  #wait(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const [next] = this.#inFlight
    if (next === undefined) return
    this.#timer = setTimeout(() => this.#deliver(), Math.max(0, next.dueAt - performance.now()))
  }

  #deliver(): void {
    const now = performance.now()
    const later = this.#inFlight.findIndex(({ dueAt }) => dueAt > now)
    const due = this.#inFlight.splice(0, later === -1 ? this.#inFlight.length : later)
    this.#wait()
    for (const { deliver } of due) deliver()
  }
}
