import type { FollowedEvent } from '@roomkey/shared'
import { createEntryQueue, type EntryQueue } from './entry-queue.ts'
import type { Follow, FollowRequest } from './follow.ts'
import { shareConnection } from './share-connection.ts'

/** What tabs say to each other. `to` is a tab; `id` one of the follows of a tab. */
type Message =
  | { type: 'leads' }
  | { type: 'follow'; from: string; id: number; request: FollowRequest }
  | { type: 'unfollow'; from: string; id: number }
  | { type: 'entry'; to: string; id: number; entry: FollowedEvent }
  | { type: 'interrupted'; to: string; id: number }
  | { type: 'end'; to: string; id: number }

/** Connections that all tabs of a browser share. */
export type BrowserShare = { follow: Follow; close(): void }

/** Whether tabs can find each other here. Node has these too, but no tabs. */
export function canShareBrowser(): boolean {
  // Locks are there on pages with HTTPS only.
  return typeof document !== 'undefined' && 'locks' in navigator && typeof BroadcastChannel !== 'undefined'
}

/**
 * One connection for all tabs that use the same `name`, which must tell callers apart. The tab that holds the lock
 * leads: it follows what any of them asks for, and tells them over a channel. When it goes, or its connection fails for
 * good, the next one leads, and each tab asks again for what followed the last event it saw.
 */
export function shareBrowser(connect: Follow, name: string): BrowserShare {
  const tab = Array.from(crypto.getRandomValues(new Uint32Array(2)), (part) => part.toString(36)).join('')
  const channel = new BroadcastChannel(name)
  const closed = new AbortController()
  const shared = shareConnection(connect)
  /** Follows of this tab, served by the leader. */
  const followed = new Map<number, { queue: EntryQueue<FollowedEvent>; onInterrupted: (() => void) | undefined }>()
  /** Follows of other tabs, while this one leads. */
  const served = new Map<string, Map<number, AbortController>>()
  let lastId = 0
  let stepDown: (() => void) | undefined

  channel.addEventListener('message', ({ data }: MessageEvent<Message>) => {
    if (data.type === 'leads') askAgain()
    else if (data.type === 'follow') void serve(data)
    else if (data.type === 'unfollow') served.get(data.from)?.get(data.id)?.abort()
    else if (data.to === tab && data.type === 'entry') followed.get(data.id)?.queue.push(data.entry)
    else if (data.to === tab && data.type === 'interrupted') followed.get(data.id)?.onInterrupted?.()
    else if (data.to === tab) followed.get(data.id)?.queue.end()
  })
  // Held while this tab exists, so that the leader notices when it is gone.
  const isPresent = hold(`${name} ${tab}`, closed.signal)
  void takeTurns()

  return {
    async *follow(request, signal, onInterrupted) {
      // Locks are refused to a sandboxed frame.
      if (!(await isPresent)) return yield* shared(request, signal, onInterrupted)
      let hasBegun = false
      while (!hasBegun && !signal.aborted && !closed.signal.aborted) {
        const source = stepDown === undefined ? borrow : lend
        const entries = source(request, signal, onInterrupted)
        for await (const entry of entries) {
          hasBegun = true
          yield entry
        }
      }
      return undefined
    },
    close() {
      closed.abort()
      stepDown?.()
      channel.close()
    },
  }

  function post(message: Message): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has one origin
    if (!closed.signal.aborted) channel.postMessage(message)
  }

  function askAgain(): void {
    for (const { queue } of followed.values()) queue.end()
  }

  async function takeTurns(): Promise<void> {
    if (await isPresent) while (!closed.signal.aborted) await lead()
  }

  /** Waits for its turn, and leads until this tab goes or its connection fails. */
  async function lead(): Promise<void> {
    const leading = (): Promise<void> => {
      const over = new Promise<void>((resolve) => (stepDown = resolve))
      post({ type: 'leads' })
      askAgain()
      return over
    }
    await navigator.locks.request(name, { signal: closed.signal }, leading).catch(() => undefined)
    stepDown = undefined
    for (const [to, follows] of served) {
      for (const [id, controller] of follows) {
        controller.abort()
        post({ type: 'end', to, id })
      }
    }
    served.clear()
  }

  /** The events of this tab's request, from the leader. */
  async function* borrow(
    request: FollowRequest,
    signal: AbortSignal,
    onInterrupted: (() => void) | undefined,
  ): AsyncGenerator<FollowedEvent, void> {
    const id = ++lastId
    const queue = createEntryQueue<FollowedEvent>()
    const onAbort = () => queue.end()
    followed.set(id, { queue, onInterrupted })
    signal.addEventListener('abort', onAbort)
    closed.signal.addEventListener('abort', onAbort)
    post({ type: 'follow', from: tab, id, request })
    try {
      for (let entry = await queue.next(); entry !== undefined; entry = await queue.next()) yield entry
    } finally {
      signal.removeEventListener('abort', onAbort)
      closed.signal.removeEventListener('abort', onAbort)
      followed.delete(id)
      post({ type: 'unfollow', from: tab, id })
    }
  }

  /** What the leader's connection tells; when it fails, the next tab tries, with a token of its own. */
  async function* lend(
    request: FollowRequest,
    signal: AbortSignal,
    onInterrupted: (() => void) | undefined,
  ): AsyncGenerator<FollowedEvent, void> {
    try {
      yield* shared(request, signal, onInterrupted)
    } catch (error) {
      if (!signal.aborted) stepDown?.()
      throw error
    }
  }

  async function serve({ from, id, request }: Extract<Message, { type: 'follow' }>): Promise<void> {
    if (stepDown === undefined) return
    const follows = served.get(from) ?? new Map<number, AbortController>()
    if (!served.has(from)) void forgetWhenGone(from, follows)
    served.set(from, follows)
    const controller = new AbortController()
    follows.set(id, controller)
    try {
      const interrupt = () => post({ type: 'interrupted', to: from, id })
      for await (const entry of lend(request, controller.signal, interrupt)) {
        post({ type: 'entry', to: from, id, entry })
      }
      post({ type: 'end', to: from, id })
    } catch {
      // Aborted, or failed: whoever leads next is asked again.
    } finally {
      follows.delete(id)
    }
  }

  async function forgetWhenGone(from: string, follows: Map<number, AbortController>): Promise<void> {
    await navigator.locks.request(`${name} ${from}`, { signal: closed.signal }, () => undefined).catch(() => undefined)
    for (const controller of follows.values()) controller.abort()
    if (served.get(from) === follows) served.delete(from)
  }
}

/** Resolves once a lock is held, until `signal` is aborted; with `false` where there are none. */
function hold(name: string, signal: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => {
    const held = (): Promise<void> => {
      resolve(true)
      return new Promise((release) => {
        if (signal.aborted) release()
        signal.addEventListener('abort', () => release())
      })
    }
    navigator.locks.request(name, held).catch(() => resolve(false))
  })
}
