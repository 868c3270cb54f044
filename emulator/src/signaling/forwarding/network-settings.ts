import type { NetworkConditions } from './network-conditions.ts'

/** Whom network conditions apply to: by identity or SID. */
type Subject = { readonly sid: string; readonly identity: string }

const LIMITS: Record<keyof NetworkConditions, readonly [least: number, most: number]> = {
  lossPercent: [0, 100],
  kbps: [1, 10_000_000],
  delayMs: [0, 60_000],
  jitterMs: [0, 60_000],
}

/** The networks that clients are given, those of one participant or of everyone else. */
export class NetworkSettings {
  #everyone: NetworkConditions | null = null
  readonly #participants = new Map<string, NetworkConditions | null>()
  readonly #listeners = new Set<() => void>()

  /**
   * Gives one participant, or everyone, another network; without any condition a perfect one.
   * @param participant identity or SID
   * @throws RangeError for a condition that no network can have
   */
  set(conditions: NetworkConditions, participant?: string): void {
    for (const [name, [least, most]] of Object.entries(LIMITS)) {
      const value = conditions[name as keyof NetworkConditions]
      if (value === undefined || (value >= least && value <= most)) continue
      throw new RangeError(`${name} must be a number from ${least} to ${most}`)
    }
    const isPerfect = Object.values(conditions).every((value) => value === undefined)
    if (participant === undefined) {
      this.#everyone = isPerfect ? null : conditions
      this.#participants.clear()
    } else {
      this.#participants.set(participant, isPerfect ? null : conditions)
    }
    for (const listener of this.#listeners) listener()
  }

  conditionsOf({ sid, identity }: Subject): NetworkConditions | null {
    for (const name of [sid, identity]) {
      const own = this.#participants.get(name)
      if (own !== undefined) return own
    }
    return this.#everyone
  }

  /** Forgets all conditions. */
  reset(): void {
    this.set({})
  }

  /** Calls the listener after each change. Returns a function that stops it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
