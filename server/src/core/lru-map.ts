/** A map that forgets: beyond `maxEntries`, what was set longest ago makes room for what is new. */
export class LruMap<TValue> {
  readonly #entries = new Map<string, TValue>()
  readonly #maxEntries: number

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries
  }

  get(key: string): TValue | undefined {
    return this.#entries.get(key)
  }

  /** Setting what is there already, with the same value too, makes it the newest. */
  set(key: string, value: TValue): void {
    const entries = this.#entries
    // While the map is half empty nothing will have to go soon, and keeping the order would cost a deletion each time.
    if (entries.size > this.#maxEntries / 2) entries.delete(key)
    entries.set(key, value)
    if (entries.size <= this.#maxEntries) return
    const [oldest] = entries.keys()
    if (oldest !== undefined) entries.delete(oldest)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
