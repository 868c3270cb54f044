import { randomUUID } from 'node:crypto'
import type { CallbackMethod, Change, Room, State } from '../state/index.ts'
import { attemptCallback, type CallbackRequest } from './attempt.ts'
import { callbackEvents, type CallbackEvent } from './event.ts'
import { signCallback } from './signature.ts'
import { parseCallbackTarget, type CallbackTarget } from './target.ts'

export type CallbackOptions = {
  state: State
  /** Signs what is sent. */
  authToken: string
  /** Called for each callback that was given up. */
  warn: (message: string) => void
}

export type Callbacks = {
  /** Sends no more and gives up what is under way. */
  close(): Promise<void>
}

/** An endpoint that hangs must not fill the process with sockets, */
const MAX_CONCURRENT = 64
/** nor with what waits for it. */
const MAX_WAITING = 20_000

/**
 * Reports changes of the state to the rooms' status callbacks, as Twilio does: signed, unordered, each on its own, and
 * repeated only when no connection could be made (or as the URL's fragment asks). The state never waits for it.
 * Source: Twilio "Status Callbacks", "Webhooks Security", "Connection Overrides".
 */
export function createCallbacks({ state, authToken, warn }: CallbackOptions): Callbacks {
  const sequences = new WeakMap<Room, number>()
  const waiting: (() => Promise<void>)[] = []
  const running = new Set<Promise<void>>()
  let abort = new AbortController()

  const stopListening = state.onChange((change: Change) => {
    if (change.type === 'reset') return drop()
    for (const event of callbackEvents(change)) enqueue(event)
  })

  function enqueue({ room, event, parameters }: CallbackEvent): void {
    const { statusCallback, statusCallbackMethod } = room.settings
    if (statusCallback === null) return
    if (waiting.length >= MAX_WAITING) return warn(`${event} of ${room.sid}: too many are waiting`)
    const sequence = sequences.get(room) ?? 0
    sequences.set(room, sequence + 1)
    const form = {
      AccountSid: room.accountSid,
      RoomSid: room.sid,
      RoomName: room.name,
      RoomType: room.settings.type,
      StatusCallbackEvent: event,
      Timestamp: new Date(state.clock.now()).toISOString(),
      SequenceNumber: String(sequence),
      ...parameters,
    }
    const target = parseCallbackTarget(statusCallback)
    const request = formatRequest(target, statusCallbackMethod, form, authToken)
    const { signal } = abort
    waiting.push(() =>
      deliver(request, target, signal, (detail) => warn(`${event} of ${room.sid}: ${target.url}: ${detail}`)),
    )
    pump()
  }

  function pump(): void {
    while (running.size < MAX_CONCURRENT) {
      const next = waiting.shift()
      if (!next) return
      const delivery = next().finally(() => {
        running.delete(delivery)
        pump()
      })
      running.add(delivery)
    }
  }

  function drop(): void {
    waiting.length = 0
    abort.abort()
    abort = new AbortController()
  }

  return {
    async close() {
      stopListening()
      drop()
      await Promise.all(running)
    },
  }
}

async function deliver(
  request: CallbackRequest,
  target: CallbackTarget,
  signal: AbortSignal,
  giveUp: (detail: string) => void,
): Promise<void> {
  for (let left = target.retries; !signal.aborted; left--) {
    const outcome = await attemptCallback(request, target, signal)
    if (outcome === null) return
    if (left > 0 && target.retryOn.has(outcome.failure)) continue
    if (!signal.aborted) giveUp(outcome.detail)
    return
  }
}

function formatRequest(
  target: CallbackTarget,
  method: CallbackMethod,
  form: Record<string, string>,
  authToken: string,
): CallbackRequest {
  const parameters = new URLSearchParams(form).toString()
  const url = method === 'POST' ? target.url : `${target.url}${target.url.includes('?') ? '&' : '?'}${parameters}`
  const headers: Record<string, string> = {
    'X-Twilio-Signature': signCallback(authToken, url, method === 'POST' ? form : {}),
    // The same in every attempt, so that a receiver can tell a repetition.
    'I-Twilio-Idempotency-Token': randomUUID(),
    'User-Agent': 'TwilioProxy/1.1',
    Accept: '*/*',
  }
  if (target.basicAuth !== null) {
    headers['Authorization'] = `Basic ${Buffer.from(target.basicAuth).toString('base64')}`
  }
  if (method === 'GET') return { method, url, headers, body: '' }
  headers['Content-Type'] = 'application/x-www-form-urlencoded; charset=UTF-8'
  headers['Content-Length'] = String(Buffer.byteLength(parameters))
  return { method, url, headers, body: parameters }
}
