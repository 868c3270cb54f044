import { sequenceDistance } from './rtp-packet.ts'

/** More than this at once is no accident: a keyframe is cheaper than all those packets. */
const MAX_GAP = 150
const MAX_MISSING = 300
const MAX_ATTEMPTS = 10
/** Packets that merely overtook each other are not asked for. */
const REORDER_MS = 10

type Missing = { since: number; askedAt: number; attempts: number }

/** Which packets of a stream have not come, and which of those to ask for. */
export class LossTracker {
  readonly #missing = new Map<number, Missing>()
  #highest: number | null = null

  /** @returns whether so much is lost that only a keyframe helps */
  receive(sequence: number, nowMs: number): boolean {
    if (this.#highest === null) {
      this.#highest = sequence
      return false
    }
    const distance = sequenceDistance(sequence, this.#highest)
    if (distance <= 0) {
      this.#missing.delete(sequence)
      return false
    }
    const previous = this.#highest
    this.#highest = sequence
    if (distance === 1) return false
    if (distance > MAX_GAP || this.#missing.size + distance > MAX_MISSING) {
      this.#missing.clear()
      return true
    }
    for (let ahead = 1; ahead < distance; ahead++) {
      this.#missing.set((previous + ahead) & 0xffff, { since: nowMs, askedAt: -Infinity, attempts: 0 })
    }
    return false
  }

  /** Whether a packet is still of use: it was lost, or is newer than all. */
  isMissing(sequence: number): boolean {
    if (this.#highest === null || sequenceDistance(sequence, this.#highest) > 0) return true
    return this.#missing.has(sequence)
  }

  get isComplete(): boolean {
    return this.#missing.size === 0
  }

  /**
   * What to ask for now.
   * @returns `gaveUp` when a packet has not come however often it was asked for
   */
  due(nowMs: number, roundTripMs: number): { sequences: number[]; gaveUp: boolean } {
    const sequences: number[] = []
    let gaveUp = false
    const patience = Math.max(30, roundTripMs * 1.2)
    for (const [sequence, entry] of this.#missing) {
      if (nowMs - entry.since < REORDER_MS || nowMs - entry.askedAt < patience) continue
      if (entry.attempts >= MAX_ATTEMPTS) {
        this.#missing.delete(sequence)
        gaveUp = true
        continue
      }
      entry.attempts++
      entry.askedAt = nowMs
      sequences.push(sequence)
    }
    return { sequences, gaveUp }
  }

  clear(): void {
    this.#missing.clear()
    this.#highest = null
  }
}
