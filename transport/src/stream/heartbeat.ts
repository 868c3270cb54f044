/** A stream that is pinged when it has been silent for too long. */
export type HeartbeatMember = {
  /** The heartbeat's count when the stream last wrote; set by the stream to `Heartbeat.count`. */
  lastBeat: number
  ping(): void
}

/** One timer for all streams of one interval, however many. */
export class Heartbeat {
  count = 0
  readonly #members = new Set<HeartbeatMember>()
  readonly #tickMs: number
  #timer: NodeJS.Timeout | undefined

  constructor(intervalMs: number) {
    // Ticking four times as often bounds the silence: a stream quiet for three ticks is pinged before a fourth passes.
    this.#tickMs = Math.max(1, intervalMs / TICKS)
  }

  add(member: HeartbeatMember): void {
    member.lastBeat = this.count
    this.#members.add(member)
    this.#timer ??= setInterval(() => this.#tick(), this.#tickMs)
  }

  remove(member: HeartbeatMember): void {
    this.#members.delete(member)
    if (this.#members.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #tick(): void {
    this.count++
    for (const member of this.#members) {
      if (this.count - member.lastBeat < TICKS - 1) continue
      member.lastBeat = this.count
      member.ping()
    }
  }
}

const TICKS = 4
const heartbeats = new Map<number, Heartbeat>()

/** The heartbeat of an interval, shared by all streams of the process. */
export function heartbeatEvery(intervalMs: number): Heartbeat {
  let heartbeat = heartbeats.get(intervalMs)
  if (heartbeat === undefined) heartbeats.set(intervalMs, (heartbeat = new Heartbeat(intervalMs)))
  return heartbeat
}
