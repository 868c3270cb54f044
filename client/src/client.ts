import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import { createTRPCClient, getUntypedClient, httpBatchLink, type TRPCClient } from '@trpc/client'
import type { Room } from 'twilio-video'
import { KINDS, type Calls } from './calls.ts'
import { createCredentials, type Auth } from './credentials.ts'
import { toRoomkeyError } from './errors.ts'
import { createGuestTokens } from './guest-tokens.ts'
import { createHttp, type Fetch } from './http.ts'
import { joinRoom, type JoinOptions } from './join.ts'
import { authLink, deadlineLink, parseTimeout, retryLink } from './links.ts'
import { createMethods, type Transport } from './methods.ts'
import type { TextStorage } from './safe-storage.ts'
import { subscribe } from './subscribe.ts'

/** How to reach a server, and as whom. */
export type RoomkeyClientOptions = {
  /** Where the server is: `https://video.example.com`. Requests go to `/trpc` below it. */
  url: string | URL
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
const DEFAULT_TIMEOUT_MS = 40_000
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
 * @throws TypeError when `url` is not an absolute http or https address
 */
export function createRoomkeyClient(options: RoomkeyClientOptions): RoomkeyClient {
  const { trpc, ...transport } = createTransport(options)
  const calls = createMethods(KINDS, transport) as Calls
  const tokens = createGuestTokens(calls.auth.getToken, options.guestStorage)
  return { ...calls, join: (joinOptions) => joinRoom(tokens, joinOptions), trpc }
}

/** How a client reaches its server: tRPC in batches, and subscriptions beside it. */
export function createTransport(options: RoomkeyClientOptions): Transport & { trpc: TRPCClient<RoomkeyRouter> } {
  const server = parseUrl(options.url)
  const url = `${server}/trpc`
  const timeoutMs = parseTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const http = createHttp(options.fetch ?? ((input, init) => globalThis.fetch(input, init)), server)
  const credentials = options.auth === undefined ? undefined : createCredentials(options.auth)
  const headers = async () => (typeof options.headers === 'function' ? options.headers() : (options.headers ?? {}))
  const trpc = createTRPCClient<RoomkeyRouter>({
    links: [
      deadlineLink(timeoutMs),
      retryLink(RETRY),
      ...(credentials === undefined ? [] : [authLink(credentials)]),
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
    ],
  })
  const client = getUntypedClient(trpc)
  const connection = { url, http, credentials, headers, timeoutMs, maxDelayMs: MAX_DELAY_MS, ...RETRY }
  return {
    trpc,
    async request(kind, path, input, { signal, timeoutMs: ownTimeoutMs } = {}) {
      try {
        return await client[kind](path, input, { signal, context: { timeoutMs: ownTimeoutMs } })
      } catch (error) {
        throw toRoomkeyError(error)
      }
    },
    subscribe: (path, input, subscribeOptions) => subscribe(connection, path, input, subscribeOptions),
  }
}

/** The address without a slash at its end. */
function parseUrl(url: string | URL): string {
  const parsed = readUrl(String(url))
  if (parsed === null || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`url must be an absolute http or https address such as https://video.example.com, not "${url}"`)
  }
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '') {
    throw new TypeError('url must not hold credentials, a query or a fragment: give credentials as auth or headers')
  }
  return parsed.href.replace(/\/+$/, '')
}

/** `URL.canParse` and `URL.parse` are newer than what the client asks of browsers. */
function readUrl(url: string): URL | null {
  try {
    return new URL(url)
  } catch {
    return null
  }
}
