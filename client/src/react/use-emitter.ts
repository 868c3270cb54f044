import { useCallback, useRef, useSyncExternalStore } from 'react'

/** What all of the SDK's objects are. Listed here because their own types lean on Node's. */
export type Emitter = {
  on(event: string, listener: () => void): unknown
  removeListener(event: string, listener: () => void): unknown
}

/**
 * Reads values off an event emitter, such as any object of `twilio-video`, and reads them again at each of `events`.
 * The same array comes back until an element differs, so a change between rendering and subscribing is seen too.
 * `events` must be a constant: it is not watched. Without an emitter, `read` counts alone.
 *
 * @example const [isRecording] = useEmitter(room, ['recordingStarted', 'recordingStopped'], () => [room.isRecording])
 */
export function useEmitter<const TValues extends readonly unknown[]>(
  emitter: object | null | undefined,
  events: readonly string[],
  read: () => TValues,
): TValues {
  const last = useRef<TValues | null>(null)
  const subscribe = useCallback(
    (notify: () => void) => {
      const source = emitter as Emitter | null | undefined
      for (const event of events) source?.on(event, notify)
      return () => {
        for (const event of events) source?.removeListener(event, notify)
      }
    },
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [emitter],
  )
  const snapshot = () => {
    const values = read()
    if (last.current === null || !sameValues(last.current, values)) last.current = values
    return last.current
  }
  return useSyncExternalStore(subscribe, snapshot, snapshot)
}

/** Whether two lists have the same elements. */
export function sameValues(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((value, index) => Object.is(value, b[index]))
}
