/** Entries that wait for one reader. */
export type EntryQueue<TEntry> = {
  size(): number
  push(entry: TEntry): void
  /** Ends the queue, or fails it; what waits is still read. Only the first call counts. */
  end(failure?: { error: unknown }): void
  /** The next entry, or `undefined` at the end. */
  next(): Promise<TEntry | undefined>
}

/** An empty one. */
export function createEntryQueue<TEntry>(): EntryQueue<TEntry> {
  const entries: TEntry[] = []
  let ending: { error?: unknown } | undefined
  let wake: () => void = () => undefined

  return {
    size: () => entries.length,
    push(entry) {
      entries.push(entry)
      wake()
    },
    end(failure) {
      ending ??= failure ?? {}
      wake()
    },
    async next() {
      while (entries.length === 0) {
        if (ending !== undefined) {
          if ('error' in ending) throw ending.error
          return undefined
        }
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return entries.shift()
    },
  }
}
