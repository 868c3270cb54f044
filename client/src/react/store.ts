/** A value to subscribe to, apart from any rendering: what `useSyncExternalStore` takes. */
export type Store<TValue> = {
  state: () => TValue
  subscribe: (notify: () => void) => () => void
}

/** In place of a store that is not there (yet). */
export const subscribeToNothing = () => () => undefined

/** A store, as its owner has it. */
export type OwnStore<TValue> = Store<TValue> & { set: (next: TValue) => void }

/** What a store does while somebody looks. */
export type Lifetime = {
  /** At the first subscriber, and at the first one after `close`. */
  open(): void
  /** After the last one. Without it, it stays open. */
  close?(): void
}

/**
 * A store with its first value. React may subscribe, unsubscribe and subscribe again in one go
 * (StrictMode, fast refresh): closing waits for the next task, so that such a pair neither closes nor opens twice.
 */
export function createStore<TValue>(initial: TValue, lifetime: Lifetime): OwnStore<TValue> {
  const subscribers = new Set<() => void>()
  let state = initial
  let isOpen = false
  let closing: ReturnType<typeof setTimeout> | undefined

  function close(): void {
    if (lifetime.close === undefined) return
    isOpen = false
    lifetime.close()
  }

  return {
    state: () => state,
    subscribe(notify) {
      clearTimeout(closing)
      subscribers.add(notify)
      if (!isOpen) {
        isOpen = true
        lifetime.open()
      }
      return () => {
        subscribers.delete(notify)
        if (subscribers.size === 0) closing = setTimeout(close)
      }
    },
    set(next) {
      state = next
      for (const notify of subscribers) notify()
    },
  }
}
