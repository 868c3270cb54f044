import { createSafeStorage } from '@roomkey/client'
import { useCallback, useSyncExternalStore } from 'react'

/** What this browser keeps between visits. */
export const browserStorage = createSafeStorage(() => localStorage)
const subscribers = new Set<() => void>()

/** A text kept in the browser between visits under `key`, shared by everything on the page that reads it. */
export function useLocalStorage(key: 'name'): [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => browserStorage.getItem(`roomkey.${key}`) ?? '')
  const setValue = useCallback(
    (next: string) => {
      browserStorage.setItem(`roomkey.${key}`, next)
      for (const notify of subscribers) notify()
    },
    [key],
  )
  return [value, setValue]
}

function subscribe(notify: () => void): () => void {
  subscribers.add(notify)
  // Fired when another tab changes something.
  addEventListener('storage', notify)
  return () => {
    subscribers.delete(notify)
    removeEventListener('storage', notify)
  }
}
