import { useSyncExternalStore } from 'react'

/** What the server calls people, by identity: it has names from the sign-in alone, so nobody can take another's. */
const names = new Map<string, string>()
const subscribers = new Set<() => void>()
let learned = 0

/** Takes names that the server told. */
export function learnNames(people: readonly { identity: string | null; name?: string | undefined }[]): void {
  const before = learned
  for (const { identity, name } of people) {
    if (identity === null || name === undefined || names.get(identity) === name) continue
    names.set(identity, name)
    learned++
  }
  if (learned !== before) for (const notify of subscribers) notify()
}

/** Renders again when a name is learned, for whatever shows {@link displayName}. */
export function useNames(): void {
  useSyncExternalStore(subscribe, () => learned)
}

/**
 * The name to show for an identity: what the sign-in calls the person, or else the identity itself. Roomkey marks invited
 * guests as `guest:<name>:<suffix>`, so that none can be taken for a user; on the page the mark is shown as "guest".
 */
export function displayName(identity: string): { name: string; guest: boolean } {
  const [, name] = /^guest:(.+):[^:]*$/su.exec(identity) ?? []
  return name === undefined ? { name: names.get(identity) ?? identity, guest: false } : { name, guest: true }
}

/** Whether the server could still tell what somebody is called: guests have their names with them. */
export function isUnnamed(identity: string): boolean {
  return !names.has(identity) && !displayName(identity).guest
}

function subscribe(notify: () => void): () => void {
  subscribers.add(notify)
  return () => void subscribers.delete(notify)
}
