import type { ErrorData } from '@roomkey/shared'
import { createEmulator } from '@roomkey/emulator'
import type { Emulator } from '@roomkey/emulator'
import type { FastifyInstance } from 'fastify'
import twilio from 'twilio'
import type { Twilio } from 'twilio'
import { injectSubscription, openSubscription, type Subscription } from './subscription.ts'
import { buildApp, parseConfig } from '../src/index.ts'
import type { AppOverrides } from '../src/index.ts'

/** `inject`: in process. `socket`: over a real connection. */
export type Way = 'inject' | 'socket'

/** `embedded`: no credentials, the emulator inside. `twilio`: credentials, and Twilio is an emulator on another port. */
export type Mode = 'embedded' | 'twilio'

/** Every behaviour is run in each of these. */
export const WORLDS: { way: Way; mode: Mode }[] = [
  { way: 'inject', mode: 'embedded' },
  { way: 'socket', mode: 'embedded' },
  { way: 'inject', mode: 'twilio' },
  { way: 'socket', mode: 'twilio' },
]

export type WorldOptions = {
  way?: Way
  mode?: Mode
  env?: Record<string, string>
  overrides?: AppOverrides
}

/** A response of the server, with the parts of tRPC's envelope taken apart. */
export type TestResponse = {
  status: number
  headers: Headers
  text: string
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read the JSON as any client would
  data: any
  error: { message: string; data: { code: string; httpStatus: number; roomkey: ErrorData } } | undefined
}

export type Sent = { method?: string; headers?: Record<string, string>; body?: string | Uint8Array }

export type World = AsyncDisposable & {
  app: FastifyInstance
  /** Every log line so far. */
  logs: string[]
  /** The emulator behind the server; the embedded one is started by asking. */
  emulator(): Promise<Emulator>
  /** Twilio's own client, pointed at the same emulator: what it sees is what happened. */
  sdk(): Promise<Twilio>
  query(path: string, input?: unknown, headers?: Record<string, string>): Promise<TestResponse>
  mutate(path: string, input?: unknown, headers?: Record<string, string>): Promise<TestResponse>
  /** Opens a subscription. Disposing it hangs up. */
  subscribe(path: string, input?: unknown, headers?: Record<string, string>): Promise<Subscription>
  /** Any request at all. */
  send(url: string, sent?: Sent): Promise<TestResponse>
}

/** A server of its own with an emulator of its own; disposing it closes both. */
export async function createWorld({
  way = 'inject',
  mode = 'embedded',
  env,
  overrides,
}: WorldOptions = {}): Promise<World> {
  const elsewhere = mode === 'twilio' ? await createEmulator() : undefined
  const logs: string[] = []
  const config = parseConfig({ PORT: '0', LOG_LEVEL: 'debug', ...(elsewhere && toEnvironment(elsewhere)), ...env })
  const app = buildApp(config, { logStream: { write: (line) => logs.push(line) }, ...overrides })
  const url = way === 'socket' ? await app.listen({ port: 0, host: '127.0.0.1' }) : undefined
  const emulator = async () => elsewhere ?? startEmbedded(app)
  const send: World['send'] = (path, sent = {}) =>
    url === undefined ? inject(app, path, sent) : request(`${url}${path}`, sent)

  return {
    app,
    logs,
    emulator,
    send,
    sdk: async () => createSdk(await emulator()),
    query: (path, input, headers = {}) => send(toQuery(path, input), { headers }),
    subscribe: (path, input, headers = {}) =>
      url === undefined
        ? injectSubscription(app, toQuery(path, input), headers)
        : openSubscription(`${url}${toQuery(path, input)}`, headers),
    mutate: (path, input, headers) =>
      send(`/trpc/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        ...(input === undefined ? undefined : { body: JSON.stringify(input) }),
      }),
    async [Symbol.asyncDispose]() {
      await app.close()
      await elsewhere?.close()
    },
  }
}

/** The environment of a server whose Twilio is this emulator. */
export function toEnvironment({ url, credentials }: Emulator): Record<string, string> {
  return {
    TWILIO_ACCOUNT_SID: credentials.accountSid,
    TWILIO_API_KEY: credentials.apiKeySid,
    TWILIO_API_SECRET: credentials.apiKeySecret,
    TWILIO_VIDEO_URL: url,
    OPEN_ACCESS: 'true',
    DATA_DIR: ':memory:',
    RATE_LIMIT_CALLS: 'off',
    RATE_LIMIT_TOKENS: 'off',
    RATE_LIMIT_ADDRESS: 'off',
    MAX_EVENT_LOOP_DELAY_MS: 'off',
  }
}

/** Credentials in Twilio's form that open nothing. */
export const SAMPLE_CREDENTIALS = {
  TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  TWILIO_API_KEY: `SK${'b'.repeat(32)}`,
  TWILIO_API_SECRET: 'sample-secret-that-opens-nothing',
} as const

/** The URL of a query with its input. */
export function toQuery(path: string, input?: unknown): string {
  return `/trpc/${path}${input === undefined ? '' : `?input=${encodeURIComponent(JSON.stringify(input))}`}`
}

async function startEmbedded(app: FastifyInstance): Promise<Emulator> {
  const { embedded } = app.roomkey
  if (embedded === undefined) throw new Error('this server has no embedded emulator')
  return embedded.start()
}

function createSdk({ url, credentials }: Emulator): Twilio {
  const client = twilio(credentials.apiKeySid, credentials.apiKeySecret, { accountSid: credentials.accountSid })
  client.video.baseUrl = url
  return client
}

async function inject(
  app: FastifyInstance,
  url: string,
  { method = 'GET', headers, body }: Sent,
): Promise<TestResponse> {
  const response = await app.inject({
    method: method as 'GET',
    url,
    ...(headers && { headers }),
    ...(body !== undefined && { payload: typeof body === 'string' ? body : Buffer.from(body) }),
  })
  const fields = Object.entries(response.headers).map(([name, value]) => [name, String(value)] as [string, string])
  return toTestResponse(response.statusCode, new Headers(fields), response.body)
}

async function request(url: string, { method = 'GET', headers, body }: Sent): Promise<TestResponse> {
  const response = await fetch(url, {
    method,
    ...(headers && { headers }),
    ...(body !== undefined && { body: typeof body === 'string' ? body : Buffer.from(body) }),
  })
  return toTestResponse(response.status, response.headers, await response.text())
}

function toTestResponse(status: number, headers: Headers, text: string): TestResponse {
  // Like tRPC's own, a response to a request that could not be read does not say that it is JSON.
  const json: unknown = /^[{[]/.test(text) ? JSON.parse(text) : undefined
  const envelope = (Array.isArray(json) ? {} : (json ?? {})) as {
    result?: { data: unknown }
    error?: TestResponse['error']
  }
  return { status, headers, text, data: envelope.result?.data, error: envelope.error }
}
