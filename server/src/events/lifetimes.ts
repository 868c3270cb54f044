import type { StreamTimes } from '../core/stream-times.ts'

/** Something with a limited lifetime. */
export type LifetimeMember = {
  /** The tick in which it ends; set by {@link Lifetimes}. */
  endsAt: number
  cut(): void
}

/** Cuts members off at the end of their lifetimes, which are spread at random; one timer serves all. */
export class Lifetimes {
  readonly #members = new Set<LifetimeMember>()
  readonly #tickMs: number
  readonly #spread: number
  #tick = 0
  #timer: NodeJS.Timeout | undefined

  constructor({ minDurationMs, maxDurationMs }: StreamTimes) {
    this.#tickMs = Math.max(1, minDurationMs / TICKS)
    this.#spread = (maxDurationMs - minDurationMs) / this.#tickMs
  }

  add(member: LifetimeMember): void {
    // The first tick may come at once.
    member.endsAt = this.#tick + TICKS + 1 + Math.floor(Math.random() * this.#spread)
    this.#members.add(member)
    this.#timer ??= setInterval(() => this.#advance(), this.#tickMs).unref()
  }

  remove(member: LifetimeMember): void {
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
