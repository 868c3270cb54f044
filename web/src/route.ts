import { useSyncExternalStore } from 'react'
import { basePath } from './site-url.ts'

/**
 * Where the page is. An invitation travels in the fragment (`#invite=inv_…`), which browsers keep to themselves:
 * in the query it would stand in access logs. A link that has it in the query is understood all the same.
 */
export type Route =
  | { page: 'lobby' }
  /** `room` is a SID or a name; `null` when only the invitation knows it. */
  | { page: 'room'; room: string | null; invite: string | null }
  | { page: 'not-found' }

export function parseRoute(url: URL, base = basePath()): Route {
  const path = `${url.pathname}/`
  if (!path.startsWith(`${base}/`)) return { page: 'not-found' }
  const invite = new URLSearchParams(url.hash.slice(1)).get('invite') ?? url.searchParams.get('invite')
  const [first, second, ...rest] = path.slice(base.length).split('/').filter(Boolean)
  if (first === undefined) return invite === null ? { page: 'lobby' } : { page: 'room', room: null, invite }
  const room = second === undefined ? null : decode(second)
  if (first !== 'room' || room === null || rest.length > 0) return { page: 'not-found' }
  return { page: 'room', room, invite }
}

/** The path of a route, to be put behind the page's origin. */
export function formatRoute(route: Exclude<Route, { page: 'not-found' }>, base = basePath()): string {
  if (route.page === 'lobby') return `${base}/`
  const path = route.room === null ? `${base}/` : `${base}/room/${encodeURIComponent(route.room)}`
  return route.invite === null ? path : `${path}#invite=${encodeURIComponent(route.invite)}`
}

/** What a person typed to join: a link of this page, or else a room's name or SID. `null` when it is empty. */
export function parseRoomInput(input: string, origin: string): Route | null {
  const text = input.trim()
  if (text === '') return null
  if (text.startsWith(`${origin}/`)) {
    const route = parseRoute(new URL(text))
    if (route.page === 'room') return route
  }
  return { page: 'room', room: text, invite: null }
}

/** Whether a reference is a SID, which says nothing to people. Source: Twilio "SIDs", two letters and 32 digits. */
export function isRoomSid(room: string): boolean {
  return /^RM[0-9a-f]{32}$/i.test(room)
}

/** Goes to another page. `joinNow`: the person has seen the preview and asked to join, so no prejoin page in between. */
export function navigate(route: Exclude<Route, { page: 'not-found' }>, { joinNow = false } = {}): void {
  history.pushState({ joinNow }, '', formatRoute(route))
  dispatchEvent(new PopStateEvent('popstate', { state: history.state }))
}

/** Whether the page was reached by `navigate(…, { joinNow })`. */
export function wantsToJoinNow(): boolean {
  return (history.state as { joinNow?: boolean } | null)?.joinNow ?? false
}

/** Forgets that, so that a reload shows the prejoin page. */
export function forgetJoinNow(): void {
  history.replaceState(null, '')
}

export function useRoute(): Route {
  const href = useSyncExternalStore(subscribe, () => location.href)
  return parseRoute(new URL(href))
}

function subscribe(onChange: () => void): () => void {
  addEventListener('popstate', onChange)
  return () => removeEventListener('popstate', onChange)
}

function decode(part: string): string | null {
  try {
    return decodeURIComponent(part)
  } catch {
    return null
  }
}
