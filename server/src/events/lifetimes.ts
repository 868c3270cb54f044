import type { StreamTimes } from '../core/stream-times.ts'

/** What lasts for a time. */
export type Mortal = {
  /** The tick in which it ends; set by {@link Lifetimes}. */
  endsAt: number
  cut(): void
}

/** Cuts off what has lasted long enough, each at a time of its own: one timer for all, however many. */
export class Lifetimes {
  readonly #members = new Set<Mortal>()
  readonly #tickMs: number
  readonly #spread: number
  #tick = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ minDurationMs, maxDurationMs }: StreamTimes) {
    this.#tickMs = Math.max(1, minDurationMs / TICKS)
    this.#spread = (maxDurationMs - minDurationMs) / this.#tickMs
  }

  add(member: Mortal): void {
    // The first tick may come at once.
    member.endsAt = this.#tick + TICKS + 1 + Math.floor(Math.random() * this.#spread)
    this.#members.add(member)
    this.#timer ??= setInterval(() => this.#advance(), this.#tickMs).unref()
  }

  remove(member: Mortal): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #advance(): void {
    this.#tick++
    for (const member of this.#members) if (member.endsAt <= this.#tick) member.cut()
  }
}

const TICKS = 64
