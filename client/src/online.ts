/** Calls back each time the browser is on a network again, until told to stop. Outside of a browser nobody says so. */
export function onOnline(listener: () => void): () => void {
  if (typeof globalThis.addEventListener !== 'function') return () => undefined
  globalThis.addEventListener('online', listener)
  return () => globalThis.removeEventListener('online', listener)
}

/**
 * Calls back once, after a pause or as soon as the browser is on a network again: pauses grow while there is none.
 * Returns what cancels it.
 */
export function afterPause(ms: number, done: () => void): () => void {
  const timer = setTimeout(finish, ms)
  const unlisten = onOnline(finish)
  return cancel

  function finish(): void {
    cancel()
    done()
  }
  function cancel(): void {
    clearTimeout(timer)
    unlisten()
  }
}
