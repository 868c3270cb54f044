/** What waits for one reader, who may take their time. */
export type EntryQueue<TEntry> = {
  size(): number
  push(entry: TEntry): void
  /** There is no more to come, or it failed; what waits is still read. The first word counts. */
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
