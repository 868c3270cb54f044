import { createTRPCClient, httpBatchLink, type TRPCClient } from '@trpc/client'
import type { Room } from 'twilio-video'
import { PROCEDURE_KINDS, type CallOptions, type Calls } from './api.ts'
import { createCredentials, type Auth } from './credentials.ts'
import { toRoomkeyError } from './errors.ts'
import { createHttpFetch, type Fetch } from './http.ts'
import { createGuestTokens } from './guest-tokens.ts'
import { joinRoom, type JoinOptions } from './join.ts'
import { authLink, deadlineLink, parseTimeout, retryLink } from './links.ts'
import type { TextStorage } from './safe-storage.ts'
import type { RoomkeyRouter } from './router.ts'

export type RoomkeyClientOptions = {
  /** Where the server is: `https://video.example.com`. Calls go to `/trpc` below it. */
  url: string | URL
  /**
   * Answers with the caller's token: of your own sign-in, or an API key. Asked for once, kept until the server
   * refuses it, then asked for again, once for all calls that were refused. An empty string: call without one.
   */
  auth?: Auth
  /** Sent with every request. A function is asked each time. */
  headers?: Record<string, string> | (() => Record<string, string> | Promise<Record<string, string>>)
  /** Default: the platform's `fetch`. */
  fetch?: Fetch
  /** Longest time for one call, retries included, in milliseconds. Default 40,000. */
  timeoutMs?: number
  /**
   * Where `join` keeps the access tokens of guests, for as long as they are good: an invitation may be for one entry
   * only. With the page's `sessionStorage` a guest comes back in after a reload. Default: in memory.
   */
  guestStorage?: TextStorage
}

export type RoomkeyClient = Calls & {
  /** Gets an access token and connects; answers with the `Room` of `twilio-video`. */
  join: (options: JoinOptions) => Promise<Room>
  /** The plain tRPC client under all this, for tRPC's own tools. Its errors become ours by `toRoomkeyError`. */
  trpc: TRPCClient<RoomkeyRouter>
}

/** Longer than the server waits for Twilio, so that its own words arrive. */
const DEFAULT_TIMEOUT_MS = 40_000
/** Calls in one request: few enough that a batch answers about as fast as its slowest call. */
const MAX_BATCH = 10
/** Below what common servers and proxies take as a request line (8 KiB). */
const MAX_URL_LENGTH = 7_000

/**
 * A typed client of a Roomkey server, for browsers and Node. Calls made in the same tick travel in one request;
 * those that change nothing are tried again after passing faults. Every failure is a `RoomkeyError`.
 * @throws TypeError when `url` is not an absolute http or https address
 */
export function createRoomkeyClient(options: RoomkeyClientOptions): RoomkeyClient {
  const url = parseUrl(options.url)
  const timeoutMs = parseTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const fetch = options.fetch ?? ((input: string, init: RequestInit) => globalThis.fetch(input, init))
  const credentials = createCredentials(options.auth ?? (() => ''))
  const trpc = createTRPCClient<RoomkeyRouter>({
    links: [
      deadlineLink(timeoutMs),
      retryLink({ retries: 2, baseDelayMs: 300, random: Math.random }),
      ...(options.auth === undefined ? [] : [authLink(credentials)]),
      httpBatchLink({
        url: `${url}/trpc`,
        maxItems: MAX_BATCH,
        maxURLLength: MAX_URL_LENGTH,
        fetch: createHttpFetch(fetch, url),
        async headers({ opList }) {
          const headers = typeof options.headers === 'function' ? await options.headers() : options.headers
          const token = await credentials.get()
          for (const { context } of opList) context['token'] = token
          return { ...headers, ...(token !== null && { authorization: `Bearer ${token}` }) }
        },
      }),
    ],
  })
  const calls = createCalls(trpc)
  const tokens = createGuestTokens(calls.auth.getToken, options.guestStorage)
  return { ...calls, join: (joinOptions) => joinRoom(tokens, joinOptions), trpc }
}

type AnyCall = (input: unknown, options: { signal?: AbortSignal; context: object }) => Promise<unknown>
type AnyTrpc = Record<string, Record<string, { query: AnyCall; mutate: AnyCall }>>

function createCalls(trpc: TRPCClient<RoomkeyRouter>): Calls {
  const routers = Object.entries(PROCEDURE_KINDS).map(([router, kinds]) => {
    const calls = Object.entries(kinds).map(([name, kind]) => {
      const call = async (input: unknown, { signal, timeoutMs }: CallOptions = {}) => {
        const procedure = (trpc as unknown as AnyTrpc)[router]?.[name]
        const send = kind === 'query' ? procedure?.query : procedure?.mutate
        try {
          return await send?.(input, { signal, context: { timeoutMs } })
        } catch (error) {
          throw toRoomkeyError(error)
        }
      }
      return [name, call]
    })
    return [router, Object.fromEntries(calls)]
  })
  return Object.fromEntries(routers) as Calls
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
