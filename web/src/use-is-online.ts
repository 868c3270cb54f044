import { useSyncExternalStore } from 'react'

/** Whether the browser is on a network, as far as it knows. */
export function useIsOnline(): boolean {
  return useSyncExternalStore(subscribe, () => navigator.onLine)
}

function subscribe(notify: () => void): () => void {
  const events = ['online', 'offline'] as const
  for (const event of events) addEventListener(event, notify)
  return () => events.forEach((event) => removeEventListener(event, notify))
}
