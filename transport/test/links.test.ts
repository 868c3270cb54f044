import {
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  httpSubscriptionLink,
  isNonJsonSerializable,
  isTRPCClientError,
  retryLink,
  splitLink,
  type TRPCClient,
  type TRPCLink,
} from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { TestEventSource } from './event-source.ts'
import { createHttp2Fetch } from './http2-fetch.ts'
import { CODES, createLinkContext, createLinkRouter, transformer, type LinkRouter } from './link-router.ts'
import { KINDS, startServer, type Kind, type Options } from './setup.ts'

type Fetch = typeof fetch
type Links = (at: { url: string; fetch: Fetch; transformer: never }) => TRPCLink<LinkRouter>[]

type Case = {
  links: Links
  /** What a client does, and makes of the responses. */
  run: (client: TRPCClient<LinkRouter>) => Promise<unknown>
  expected: unknown
  trpc?: Options['trpc']
  isTransformed?: boolean
  /** tRPC's own plugin cannot do this over HTTP/2: it reads no body but text, and sends headers that are forbidden there. */
  isHttp1Only?: boolean
}

const single: Links = (at) => [httpLink(at)]
const batched: Links = (at) => [httpBatchLink(at)]
const streamed: Links = (at) => [httpBatchStreamLink(at)]
const subscribing: Links = ({ url, fetch }) => [
  httpSubscriptionLink({
    url,
    connectionParams: { token: 'x' },
    EventSource: TestEventSource as never,
    eventSourceOptions: { fetch } as never,
  }),
]

const CASES: Record<string, Case> = {
  'form data with texts and files': {
    links: single,
    isHttp1Only: true,
    run: (client) => client.form.mutate(toForm({ name: 'Ada', again: 'é ☃', file: new File(['a\nb'], 'a é.txt') })),
    expected: [
      ['name', 'Ada'],
      ['again', 'é ☃'],
      ['file', 'a é.txt', 'application/octet-stream', 3, 'a\nb'],
    ],
  },
  'form data without a field': {
    links: single,
    isHttp1Only: true,
    run: (client) => failureOf(client.form.mutate(new FormData())),
    expected: undefined,
  },
  'form data that is not as wanted': {
    links: single,
    isHttp1Only: true,
    run: (client) => failureOf(client.strictForm.mutate(toForm({ name: 'A' }))),
    expected: expect.objectContaining({
      status: 400,
      data: expect.objectContaining({ code: 'BAD_REQUEST', issues: ['too short'] }),
    }),
  },
  'form data that nobody reads': {
    links: single,
    isHttp1Only: true,
    run: (client) => client.unread.mutate(toForm({ name: 'A' }) as never),
    expected: 'unread',
  },
  'form data for a procedure that wants JSON': {
    links: single,
    isHttp1Only: true,
    run: (client) => failureOf(client.set.mutate(toForm({ n: '1' }) as never)),
    expected: expect.objectContaining({ status: 400 }),
  },
  'bytes, of every kind and size': {
    links: single,
    isHttp1Only: true,
    run: (client) =>
      Promise.all(
        [new Uint8Array(0), new Uint8Array(700_000).fill(7), new Blob(['ab']), new File(['abc'], 'a.bin')].map(
          (bytes) => client.bytes.mutate(bytes as never),
        ),
      ),
    expected: [
      { size: 0, sum: 0 },
      { size: 700_000, sum: (7 * 700_000) % 65_521 },
      { size: 2, sum: 195 },
      { size: 3, sum: 294 },
    ],
  },
  'bytes for a procedure that wants JSON, and JSON for one that wants bytes': {
    links: single,
    isHttp1Only: true,
    run: async (client) => [
      await failureOf(client.set.mutate(new Blob(['1']) as never)),
      await failureOf(client.bytes.mutate({} as never)),
    ],
    expected: [expect.objectContaining({ status: 400 }), expect.objectContaining({ status: 400 })],
  },
  'what is no JSON apart from batches, by splitLink': {
    links: (at) => [
      splitLink({
        condition: ({ input }) => isNonJsonSerializable(input),
        true: httpLink(at),
        false: httpBatchLink(at),
      }),
    ],
    isHttp1Only: true,
    run: (client) =>
      Promise.all([
        client.bytes.mutate(new Blob(['ab']) as never),
        client.set.mutate({ n: 1 }),
        client.set.mutate({ n: 2 }),
        client.form.mutate(toForm({ name: 'Ada' })),
      ]),
    expected: [{ size: 2, sum: 195 }, 1, 2, [['name', 'Ada']]],
  },

  'every code of an error, by its formatter': {
    links: single,
    run: async (client) => Promise.all(CODES.map((code) => failureOf(client.fail.query(code)))),
    expected: CODES.map((code) =>
      expect.objectContaining({
        message: `${code}!`,
        data: expect.objectContaining({ code, reason: 'odd', seen: { type: 'query', path: 'fail', input: code } }),
      }),
    ),
  },
  'every code of an error, in one batch': {
    links: batched,
    // As long as tRPC's own plugin takes one by default.
    run: async (client) => Promise.all(CODES.slice(0, 20).map((code) => failureOf(client.fail.query(code)))),
    expected: CODES.slice(0, 20).map((code) => expect.objectContaining({ message: `${code}!`, status: 207 })),
  },
  'errors before any procedure, by the formatter': {
    links: (at) => [httpLink({ ...at, headers: { 'x-user': 'nobody' } })],
    run: async (client) => [
      await failureOf(client.user.query()),
      await failureOf(client.set.mutate({ n: 1 })),
      await failureOf((client as never as { no: { such: typeof client.user } }).no.such.query()),
    ],
    expected: ['no context!', 'no context!', 'No procedure found on path "no.such"!'].map((message) =>
      expect.objectContaining({ message }),
    ),
  },
  'errors and results through a transformer': {
    links: batched,
    isTransformed: true,
    run: (client) =>
      Promise.all([
        client.day.query({ at: new Date(1000) }),
        failureOf(client.day.query({ at: 'no day' as never })),
        failureOf(client.fail.query('CONFLICT')),
      ]),
    expected: [
      { at: new Date(1000), next: new Date(0) },
      expect.objectContaining({ status: 207 }),
      expect.objectContaining({ message: 'CONFLICT!' }),
    ],
  },

  'batches of at most maxItems': {
    links: (at) => [httpBatchLink({ ...at, maxItems: 2 })],
    run: (client) => Promise.all([1, 2, 3, 4, 5].map((n) => client.echo.query(n))),
    expected: [1, 2, 3, 4, 5],
  },
  'batches no longer than maxURLLength, and a call that is': {
    links: (at) => [httpBatchLink({ ...at, maxURLLength: 300 })],
    run: (client) =>
      Promise.all(
        [10, 20, 30, 400, 50].map((length) => settle(client.size.query('é'.repeat(length).slice(0, length)))),
      ),
    expected: [
      10,
      20,
      expect.anything(),
      expect.objectContaining({ message: expect.any(String) as string }),
      expect.anything(),
    ],
  },
  'batches as POST, with headers of their calls': {
    links: (at) => [
      httpBatchLink({
        ...at,
        methodOverride: 'POST',
        headers: ({ opList }) => ({ 'x-user': opList.map(({ path }) => path).join('+') }),
      }),
    ],
    trpc: { allowMethodOverride: true },
    run: (client) => Promise.all([client.user.query(), client.echo.query({ a: [null, 'é'] }), client.user.query()]),
    expected: ['user+echo+user', { a: [null, 'é'] }, 'user+echo+user'],
  },
  'POST where the method may not be overridden': {
    links: (at) => [httpLink({ ...at, methodOverride: 'POST' })],
    run: (client) => failureOf(client.user.query()),
    expected: expect.objectContaining({ status: 405 }),
  },
  'a batch that the server finds too large': {
    links: batched,
    trpc: { maxBatchSize: 2 },
    run: (client) => Promise.all([1, 2, 3].map((n) => failureOf(client.echo.query(n)))),
    expected: [1, 2, 3].map(() =>
      expect.objectContaining({ message: 'Batch call exceeds maximum size!', status: 400 }),
    ),
  },
  'a batch where batches are not allowed': {
    links: batched,
    trpc: { allowBatching: false },
    run: (client) => failureOf(client.echo.query(1)),
    expected: expect.objectContaining({ status: 400 }),
  },
  'a batch of mutations, some of which fail': {
    links: batched,
    run: (client) => Promise.all([1, 10, 3].map((n) => settle(client.set.mutate({ n })))),
    expected: [1, expect.objectContaining({ status: 207 }), 3],
  },

  'a call that is tried again, by retryLink': {
    links: (at) => [retryLink({ retry: ({ attempts, op }) => op.type === 'query' && attempts <= 3 }), httpLink(at)],
    run: async (client) => [
      await client.flakyQuery.query({ name: 'a', failures: 3, code: 'TOO_MANY_REQUESTS' }),
      await failureOf(client.flakyQuery.query({ name: 'b', failures: 9, code: 'SERVICE_UNAVAILABLE' })),
      await failureOf(client.flakyMutation.mutate({ name: 'c', failures: 1, code: 'CONFLICT' })),
    ],
    expected: [
      4,
      expect.objectContaining({ message: 'attempt 4!', status: 503 }),
      expect.objectContaining({ message: 'attempt 1!', status: 409 }),
    ],
  },
  'those of a batch that failed, tried again': {
    links: (at) => [
      retryLink({ retry: ({ error, attempts }) => error.data?.code === 'TIMEOUT' && attempts < 3 }),
      httpBatchLink(at),
    ],
    run: (client) =>
      Promise.all([
        client.echo.query('once'),
        client.flakyQuery.query({ name: 'd', failures: 1, code: 'TIMEOUT' }),
        failureOf(client.flakyQuery.query({ name: 'e', failures: 9, code: 'TIMEOUT' })),
      ]),
    expected: ['once', 2, expect.objectContaining({ message: 'attempt 3!' })],
  },

  'a streamed batch: promises and generators': {
    links: streamed,
    isHttp1Only: true,
    run: (client) =>
      Promise.all([
        client.late.query().then(async ({ now, later, never }) => [now, await later, await failureOf(never)]),
        client.steps.query(0).then(collect),
        client.steps.query(3).then(collect),
        failureOf(client.fail.query('NOT_FOUND')),
        client.echo.query({ deep: [{ er: 'é' }] }),
      ]),
    expected: [
      [1, 'then', expect.objectContaining({ message: 'broken!' })],
      [1, 2, 3],
      [1, 2, expect.objectContaining({ message: 'at 3!' })],
      expect.objectContaining({ message: 'NOT_FOUND!' }),
      { deep: [{ er: 'é' }] },
    ],
  },
  'a streamed batch that asks by `accept`, in parts of maxItems': {
    links: (at) => [httpBatchStreamLink({ ...at, streamHeader: 'accept', maxItems: 2 })],
    isHttp1Only: true,
    run: (client) => Promise.all([1, 2, 3].map((n) => client.echo.query(n))),
    expected: [1, 2, 3],
  },
  'a streamed batch without a context': {
    links: (at) => [httpBatchStreamLink({ ...at, headers: { 'x-user': 'nobody' } })],
    isHttp1Only: true,
    run: (client) => Promise.all([failureOf(client.user.query()), failureOf(client.echo.query(1))]),
    expected: ['user', 'echo'].map(() => expect.objectContaining({ message: 'no context!' })),
  },
  'a streamed batch of mutations through a transformer': {
    links: streamed,
    isTransformed: true,
    isHttp1Only: true,
    run: (client) => Promise.all([client.set.mutate({ n: 1 }), settle(client.set.mutate({ n: 10 }))]),
    expected: [1, expect.objectContaining({ data: expect.objectContaining({ issues: ['too many'] }) })],
  },

  'a subscription from its parameters to its end': {
    links: subscribing,
    isHttp1Only: true,
    run: (client) => follow((observer) => client.ticks.subscribe({ to: 2 }, observer)),
    expected: {
      states: ['connecting', 'pending', 'idle'],
      data: [
        { id: '0', data: { params: { token: 'x' }, after: null } },
        { id: '1', data: { n: 1 } },
        { id: '2', data: { n: 2 } },
      ],
      failures: [],
    },
  },
  'a subscription that goes on after an error that passes': {
    links: subscribing,
    isHttp1Only: true,
    run: (client) => follow((observer) => client.interrupted.subscribe({ code: 'BAD_GATEWAY' }, observer)),
    expected: expect.objectContaining({
      data: [
        { id: '1', data: 'first' },
        { id: '9', data: 'after 1' },
      ],
      failures: [],
    }),
  },
  'a subscription that ends with an error that does not': {
    links: subscribing,
    isHttp1Only: true,
    run: (client) => follow((observer) => client.interrupted.subscribe({ code: 'CONFLICT' }, observer)),
    expected: expect.objectContaining({
      data: [{ id: '1', data: 'first' }],
      failures: [expect.objectContaining({ message: 'interrupted!' })],
    }),
  },
  'a subscription that retryLink begins again after the last event': {
    links: (at) => [retryLink({ retry: ({ attempts }) => attempts < 3 }), ...subscribing(at)],
    isHttp1Only: true,
    run: (client) => follow((observer) => client.interrupted.subscribe({ code: 'CONFLICT' }, observer)),
    expected: expect.objectContaining({
      data: [
        { id: '1', data: 'first' },
        { id: '9', data: 'after 1' },
      ],
    }),
  },
}

type Protocol = 'HTTP/1.1' | 'HTTP/2'

async function play(kind: Kind, protocol: Protocol, { links, run, trpc, isTransformed = false }: Case) {
  await using server = await startServer(kind, {
    trpc: {
      router: createLinkRouter({ isTransformed }) as never,
      createContext: createLinkContext() as never,
      onError: ({ error, path, type, ctx }) => void errors.push([error.code, path, type, ctx !== undefined]),
      ...trpc,
    },
    ...(protocol === 'HTTP/2' && { fastify: { http2: true } as never }),
    // tRPC's own plugin leaves that to its host.
    prepare: (app) => app.addContentTypeParser('application/octet-stream', (_request, body, done) => done(null, body)),
  })
  using http2 = protocol === 'HTTP/2' ? createHttp2Fetch(server.origin) : undefined
  const errors: unknown[] = []
  const exchanges: unknown[] = []
  const record: Fetch = async (input, init) => {
    const response = await (http2?.fetch ?? fetch)(input, init)
    const url = new URL(input instanceof Request ? input.url : input)
    exchanges.push({
      method: init?.method ?? 'GET',
      target: url.pathname + url.search,
      status: response.status,
      headers: ['content-type', 'vary', 'cache-control'].map((name) => response.headers.get(name)),
    })
    return response
  }
  const options = { url: server.url, fetch: record, ...(isTransformed && { transformer }) }
  const outcome = await run(createTRPCClient<LinkRouter>({ links: links(options as never) }))
  return { outcome, exchanges: sorted(exchanges), errors: sorted(errors) }
}

describe.each<Protocol>(['HTTP/1.1', 'HTTP/2'])(
  'over %s, our plugin serves a client of tRPC as tRPC’s own does',
  (protocol) => {
    it.each(Object.entries(CASES))('%s', async (_name, each) => {
      const kinds = protocol === 'HTTP/2' && each.isHttp1Only === true ? (['roomkey'] as const) : KINDS
      const played = await Promise.all(kinds.map((kind) => play(kind, protocol, each)))
      for (const { outcome } of played) expect(outcome).toEqual(each.expected)
      for (const other of played) expect(other).toEqual(played[0])
    })
  },
)

/** Requests of one client are made and served beside each other. */
function sorted(values: unknown[]): unknown[] {
  return values.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)))
}

function toForm(fields: Record<string, string | File>): FormData {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.set(name, value)
  return form
}

async function settle<TValue>(promise: Promise<TValue>): Promise<unknown> {
  try {
    return await promise
  } catch (error) {
    return toFailure(error)
  }
}

/** What a promise fails with; `undefined` when it does not. */
async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise
    return undefined
  } catch (error) {
    return toFailure(error)
  }
}

function toFailure(error: unknown): object {
  if (!isTRPCClientError<LinkRouter>(error)) throw error
  const { message, data, shape, meta } = error
  return { message, data, shape, status: (meta?.['response'] as Response | undefined)?.status }
}

async function collect(values: AsyncIterable<unknown>): Promise<unknown[]> {
  const collected: unknown[] = []
  try {
    for await (const value of values) collected.push(value)
  } catch (error) {
    collected.push(toFailure(error))
  }
  return collected
}

/** All that a subscription says until it is over. */
async function follow(subscribe: (observer: never) => { unsubscribe(): void }): Promise<object> {
  const seen = { states: [] as string[], data: [] as unknown[], failures: [] as unknown[] }
  const { promise, resolve } = Promise.withResolvers<void>()
  const observer = {
    onData: (value: unknown) => void seen.data.push(value),
    onConnectionStateChange: ({ state }: { state: string }) => void seen.states.push(state),
    onError: (error: unknown) => {
      seen.failures.push(toFailure(error))
      resolve()
    },
    onComplete: resolve,
  }
  const subscription = subscribe(observer as never)
  await promise
  subscription.unsubscribe()
  return seen
}
