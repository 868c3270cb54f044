import type { RoomEventsInput } from '@roomkey/shared'
import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import type { TRPCClient } from '@trpc/client'
import { httpBatchLink } from '@trpc/client/links/httpBatchLink'
import type { Room } from 'twilio-video'
import { KINDS, type Calls } from './calls.ts'
import { createCredentials, type Auth } from './credentials.ts'
import { toRoomkeyError } from './errors.ts'
import { createLazyRoomEvents } from './events/lazy-room-events.ts'
import { createGuestTokens } from './guest-tokens.ts'
import { createHttp, type Fetch } from './http.ts'
import { joinRoom, type JoinOptions } from './join.ts'
import { authLink, deadlineLink, parseTimeout, prefixLink, retryLink } from './links.ts'
import { createMethods, type Transport } from './methods.ts'
import type { TextStorage } from './safe-storage.ts'
import { parsePath, parseServerUrl } from './server-url.ts'
import { createRequest, createTrpcClient, type SendRequest } from './trpc-client.ts'

/** How to reach a server, and as whom. */
export type RoomkeyClientOptions = {
  /**
   * Where the server is: `https://video.example.com`. Requests go to `/trpc` below it, which `url` may name too. In a
   * browser it may be a path, `/` or `/video`, of the server that the page comes from.
   */
  url: string | URL
  /** The key that Roomkey's router has in your own, when it is merged into one: `video`, or `team.video`. */
  path?: string
  /**
   * Answers with the caller's token: of your own sign-in, or an API key. Asked for once, kept until the server
   * refuses it, then asked for again, once for all requests that were refused. An empty string: send none.
   */
  auth?: Auth
  /** Sent with every request. A function is asked each time. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  /** Default: the platform's `fetch`. */
  fetch?: Fetch
  /** Longest time for one request, retries included, in milliseconds. Default 40,000. */
  timeoutMs?: number
  /**
   * Where `join` keeps the access tokens of guests, for as long as they are good: an invitation may be for one entry
   * only. With the page's `sessionStorage` a guest comes back in after a reload. Default: in memory.
   */
  guestStorage?: TextStorage
}

/** The server's procedures as methods, and joining. */
export type RoomkeyClient = Calls & {
  /** Gets an access token and connects; resolves with the `Room` of `twilio-video`. */
  join: (options: JoinOptions) => Promise<Room>
  /** The plain tRPC client under all this, for tRPC's own tools. Its errors become ours by `toRoomkeyError`. */
  trpc: TRPCClient<RoomkeyRouter>
}

/** Longer than the server waits for Twilio, so that its own words arrive. */
export const DEFAULT_TIMEOUT_MS = 40_000
/** Procedures in one request: few enough that a batch takes about as long as its slowest. */
const MAX_BATCH = 10
/** Below what common servers and proxies take as a request line (8 KiB). */
const MAX_URL_LENGTH = 7_000
/** How often, and after how long a pause at first, what fails in passing is tried again. */
const RETRY = { retries: 2, baseDelayMs: 300, random: Math.random }
/** The longest pause between two attempts of a subscription. */
const MAX_DELAY_MS = 30_000

/**
 * A typed client of a Roomkey server, for browsers and Node. Requests made in the same tick travel as one; those that
 * change nothing are tried again after passing errors. Every failure is a `RoomkeyError`.
 * @throws TypeError when `url` is not an http or https address, or `path` not the key of a router
 */
export function createRoomkeyClient(options: RoomkeyClientOptions): RoomkeyClient {
  return createClient(createTransport(options), options.guestStorage)
}

/** How a client reaches its server, and the same as a tRPC client. */
export type ClientTransport = Transport & {
  trpc: TRPCClient<RoomkeyRouter>
  /** Where the router is, if that is known: pages of one browser share the events that come from there. */
  address?: string
}

/** The methods of a client, whatever it reaches its server by. */
export function createClient(
  { trpc, address, ...transport }: ClientTransport,
  guestStorage?: TextStorage,
): RoomkeyClient {
  const roomEvents = createLazyRoomEvents(transport, address)
  const calls = createMethods(KINDS, {
    ...transport,
    subscribe: (path, input, options) =>
      path === 'rooms.events'
        ? roomEvents(input as RoomEventsInput, options)
        : transport.subscribe(path, input, options),
  }) as Calls
  const tokens = createGuestTokens(calls.auth.getToken, guestStorage)
  return { ...calls, join: (joinOptions) => joinRoom(tokens, joinOptions), trpc }
}

/** Reaches a server over HTTP: tRPC in batches, and subscriptions beside it. */
export function createTransport(options: RoomkeyClientOptions): ClientTransport {
  const { server, procedures: url } = parseServerUrl(options.url)
  const prefix = parsePath(options.path)
  const timeoutMs = parseTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const http = createHttp(options.fetch ?? ((input, init) => globalThis.fetch(input, init)), server)
  const credentials = options.auth === undefined ? undefined : createCredentials(options.auth)
  const headers = async () => (typeof options.headers === 'function' ? options.headers() : (options.headers ?? {}))
  const request = createRequest([
    deadlineLink(timeoutMs),
    retryLink(RETRY),
    ...(credentials === undefined ? [] : [authLink(credentials)]),
    ...(prefix === '' ? [] : [prefixLink(prefix)]),
    httpBatchLink({
      url,
      maxItems: MAX_BATCH,
      maxURLLength: MAX_URL_LENGTH,
      async fetch(input, init) {
        const response = await http.send(input as string, init as RequestInit)
        return { ok: response.ok, json: () => http.readEnvelope(response) }
      },
      async headers({ opList }) {
        const own = await headers()
        const token = (await credentials?.get()) ?? null
        for (const { context } of opList) context['token'] = token
        return { ...own, ...(token !== null && { authorization: `Bearer ${token}` }) }
      },
    }),
  ])
  const connection = { url, http, credentials, headers, timeoutMs, maxDelayMs: MAX_DELAY_MS, ...RETRY }
  return {
    trpc: createTrpcClient(request),
    request: toRoomkeyRequest(request),
    async *subscribe(path, input, subscribeOptions) {
      // Loaded with the first subscription.
      const { subscribe } = await import('./subscribe.ts')
      yield* subscribe(connection, prefix + path, input, subscribeOptions)
    },
    address: `${url} ${prefix}`,
  }
}

/** Requests whose every failure is a `RoomkeyError`. */
export function toRoomkeyRequest(request: SendRequest): Transport['request'] {
  return async (kind, path, input, { signal, timeoutMs } = {}) => {
    try {
      return await request(kind, path, input, { signal, context: { timeoutMs } })
    } catch (error) {
      throw toRoomkeyError(error)
    }
  }
}
