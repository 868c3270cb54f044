import { useCallback, useSyncExternalStore } from 'react'

/** What this browser remembers between visits. A browser that keeps nothing (private mode) still works, for this visit. */
const fallback = new Map<string, string>()
const listeners = new Set<() => void>()

/** A text kept in the browser under `key`, shared by everything on the page that asks for it. */
export function useRemembered(key: 'name'): [string, (value: string) => void] {
  const value = useSyncExternalStore(subscribe, () => read(key))
  const remember = useCallback((next: string) => write(key, next), [key])
  return [value, remember]
}

function read(key: string): string {
  try {
    return localStorage.getItem(`roomkey.${key}`) ?? fallback.get(key) ?? ''
  } catch {
    return fallback.get(key) ?? ''
  }
}

function write(key: string, value: string): void {
  fallback.set(key, value)
  try {
    localStorage.setItem(`roomkey.${key}`, value)
  } catch {
    // Storage is full or forbidden: the fallback has it.
  }
  for (const onChange of listeners) onChange()
}

function subscribe(onChange: () => void): () => void {
  listeners.add(onChange)
  addEventListener('storage', onChange)
  return () => {
    listeners.delete(onChange)
    removeEventListener('storage', onChange)
  }
}
