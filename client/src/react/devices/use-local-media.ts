import { useSyncExternalStore } from 'react'
import { useKeyed } from '../use-keyed.ts'
import { createLocalMedia, type LocalMedia, type LocalMediaOptions } from './local-media.ts'

/**
 * This machine's camera, microphone and screen: what there is, what is chosen (kept in `localStorage`), what the
 * person allows, and the tracks that are on. Give the result to `useRoom` as `media`. Everything is turned off when
 * the component goes. Options count at the first rendering. Needs no `twilio-video`, so a preview loads none.
 */
export function useLocalMedia(options: LocalMediaOptions = {}): LocalMedia {
  const store = useKeyed(() => createLocalMedia(options), [])
  return useSyncExternalStore(store.subscribe, store.state, store.state)
}
