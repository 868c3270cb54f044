import { useState } from 'react'
import { sameValues } from './use-emitter.ts'

/**
 * A value made once per `key` and kept until an element of the key changes. Unlike `useMemo`, React may not
 * drop it: the value has a life of its own.
 */
export function useKeyed<TValue>(create: () => TValue, key: readonly unknown[]): TValue {
  const [held, setHeld] = useState(() => ({ key, value: create() }))
  if (sameValues(held.key, key)) return held.value
  const next = { key, value: create() }
  setHeld(next)
  return next.value
}
