import type { SubscribeOptions } from './call-options.ts'
import type { Credentials } from './credentials.ts'
import { RoomkeyError, isRoomkeyError, isTransient, toRoomkeyError } from './errors.ts'
import { readEventStream } from './event-stream.ts'
import type { Http } from './http.ts'
import { afterPause, onOnline } from './online.ts'

/** What a subscription needs of the client. */
export interface SubscriptionConnection {
  /** Where procedures are: `https://video.example.com/trpc`. */
  url: string
  http: Http
  credentials: Credentials | undefined
  /** Headers of a request besides the bearer token. */
  headers: () => Promise<Record<string, string>>
  /** How long the server may take to begin. */
  timeoutMs: number
  /** How often a server is tried again that never began. */
  retries: number
  /** The pause before the first retry is up to this long; it doubles each time, up to `maxDelayMs`. */
  baseDelayMs: number
  maxDelayMs: number
  random: () => number
}

/** What is known from one connection to the next. */
interface Progress {
  lastEventId: string | undefined
  /** Connections that came to nothing, one after the other. */
  failures: number
  wasOpen: boolean
  /** The token the last connection was made with; `undefined` before one was sent. */
  token: string | null | undefined
  isTokenFresh: boolean
}

/**
 * Events of a procedure, one after another, until the server says that there are no more.
 *
 * A connection that breaks, or is silent for longer than the server promised, is made again after a pause, and goes on
 * after the last event seen; a browser that is on a network again makes it at once. By `fetch` rather than `EventSource`, which sends no bearer token.
 * @throws RoomkeyError when the server refuses, or was never reached; `ABORTED`
 */
export async function* subscribe<TEvent>(
  connection: SubscriptionConnection,
  path: string,
  input: unknown,
  { signal, onInterrupted }: SubscribeOptions = {},
): AsyncGenerator<TEvent, void> {
  const { credentials, retries } = connection
  const progress: Progress = {
    lastEventId: undefined,
    failures: 0,
    wasOpen: false,
    token: undefined,
    isTokenFresh: false,
  }
  for (;;) {
    let retryAfterSeconds = 0
    try {
      if (yield* readConnection<TEvent>(connection, path, input, progress, signal)) return
    } catch (caught) {
      if (signal?.aborted) throw aborted(path, signal)
      const error = toRoomkeyError(caught)
      if (error.code === 'UNAUTHENTICATED' && progress.token !== undefined && !progress.isTokenFresh) {
        progress.isTokenFresh = true
        credentials?.discard(progress.token)
        if (credentials !== undefined) continue
      }
      if (!isTransient(error) || (!progress.wasOpen && progress.failures >= retries)) throw error
      retryAfterSeconds = error.retryAfterSeconds ?? 0
    }
    progress.isTokenFresh = false
    if (progress.failures > 0) onInterrupted?.()
    await pause(toDelay(connection, progress.failures++) + retryAfterSeconds * 1000, signal)
    if (signal?.aborted) throw aborted(path, signal)
  }
}

/** Reads one connection to its end. Returns whether that is the end of all events; if not, it broke off. */
async function* readConnection<TEvent>(
  { url, http, credentials, headers, timeoutMs }: SubscriptionConnection,
  path: string,
  input: unknown,
  progress: Progress,
  signal: AbortSignal | undefined,
): AsyncGenerator<TEvent, boolean> {
  const ended = new AbortController()
  const onAbort = () => ended.abort()
  if (signal?.aborted) onAbort()
  signal?.addEventListener('abort', onAbort)
  let isOpen = false
  // The server may have lost what the browser still takes for open, or the other way round.
  const unlisten = onOnline(() => {
    if (isOpen) ended.abort(new RoomkeyError('NETWORK_ERROR', `${path}: the network was another one`))
  })
  const silence = createTimer((ms) => ended.abort(new RoomkeyError('TIMEOUT', `${path}: nothing came in ${ms} ms`)))
  try {
    progress.token = undefined
    const [own, token] = await Promise.all([headers(), credentials?.get() ?? null])
    progress.token = token
    silence.start(timeoutMs)
    const response = await http.send(`${url}/${path}${toQuery(input, progress.lastEventId)}`, {
      headers: {
        ...own,
        ...(token !== null && { authorization: `Bearer ${token}` }),
        accept: 'text/event-stream',
      },
      signal: ended.signal,
    })
    if (response.body === null || !response.headers.get('content-type')?.startsWith('text/event-stream')) {
      throw toRoomkeyError(((await http.readEnvelope(response)) as { error?: unknown }).error)
    }
    let maxSilenceMs = Infinity
    for await (const { event, data, id } of readEventStream(response.body)) {
      // Who iterates may take their time: only the server's silence counts.
      silence.stop()
      if (event === 'return') return true
      if (event === 'serialized-error') throw toRoomkeyError(JSON.parse(data))
      if (event === 'connected') {
        progress.wasOpen = isOpen = true
        maxSilenceMs = (JSON.parse(data) as ServerPromise).reconnectAfterInactivityMs ?? Infinity
      } else {
        progress.failures = 0
      }
      if (id) progress.lastEventId = id
      if (event === 'message') yield JSON.parse(data) as TEvent
      silence.start(maxSilenceMs)
    }
    return false
  } catch (error) {
    if (isRoomkeyError(ended.signal.reason)) throw ended.signal.reason
    // What is not JSON is not Roomkey's; all else that is not a RoomkeyError comes from the connection.
    throw isRoomkeyError(error) || error instanceof SyntaxError ? toRoomkeyError(error) : http.networkError(error)
  } finally {
    silence.stop()
    unlisten()
    signal?.removeEventListener('abort', onAbort)
    ended.abort()
  }
}

/** What tRPC's server sends with `connected`. */
type ServerPromise = { reconnectAfterInactivityMs?: number }

function toQuery(input: unknown, lastEventId: string | undefined): string {
  const sent = lastEventId === undefined ? input : { ...(input as object | undefined), lastEventId }
  return sent === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(sent))}`
}

function toDelay({ random, baseDelayMs, maxDelayMs }: SubscriptionConnection, failures: number): number {
  return random() * Math.min(maxDelayMs, baseDelayMs * 2 ** failures)
}

async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await new Promise<void>((resolve) => {
    const cancel = afterPause(ms, done)
    signal?.addEventListener('abort', done)
    function done() {
      cancel()
      signal?.removeEventListener('abort', done)
      resolve()
    }
  })
}

function createTimer(onEnd: (ms: number) => void) {
  let timer: ReturnType<typeof setTimeout> | undefined
  return {
    start(ms: number) {
      if (ms !== Infinity) timer = setTimeout(onEnd, ms, ms)
    },
    stop: () => clearTimeout(timer),
  }
}

function aborted(path: string, signal: AbortSignal): RoomkeyError {
  return new RoomkeyError('ABORTED', `${path} was aborted`, { cause: signal.reason })
}
