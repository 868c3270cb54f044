import {
  TRPCClientError,
  createTRPCClient,
  httpBatchLink,
  httpBatchStreamLink,
  httpLink,
  retryLink,
  splitLink,
  type TRPCLink,
} from '@trpc/client'
import { describe, expect, it } from 'vitest'
import type { TestRouter } from './router.ts'
import { KINDS, eventOf, startServer, type Options, type TestServer } from './setup.ts'

type LinkOptions = { url: string; headers?: Record<string, string>; methodOverride?: 'POST' }
const LINKS: [string, (options: LinkOptions) => TRPCLink<TestRouter>][] = [
  ['httpLink', (options) => httpLink(options)],
  ['httpBatchLink', (options) => httpBatchLink(options)],
  ['httpBatchStreamLink', (options) => httpBatchStreamLink(options)],
  [
    'splitLink',
    (options) =>
      splitLink({
        condition: ({ type }) => type === 'mutation',
        true: httpLink(options),
        false: httpBatchLink(options),
      }),
  ],
]

function clientOf(
  server: TestServer,
  link: (options: LinkOptions) => TRPCLink<TestRouter>,
  options: Partial<LinkOptions> = {},
) {
  return createTRPCClient<TestRouter>({ links: [link({ url: server.url, ...options })] })
}

async function errorOf(promise: Promise<unknown>): Promise<TRPCClientError<TestRouter>> {
  const error: unknown = await promise.then(
    () => new Error('did not fail'),
    (cause: unknown) => cause,
  )
  if (error instanceof TRPCClientError) return error as TRPCClientError<TestRouter>
  throw error
}

describe.each(KINDS)('calls through the %s plugin', (kind) => {
  const start = (options?: Options) => startServer(kind, options)

  describe.each(LINKS)('by %s', (_name, link) => {
    it('serves queries and mutations', async () => {
      await using server = await start()
      const client = clientOf(server, link, { headers: { 'x-user': 'ada' } })
      await expect(client.greet.query({ name: 'Beyoncé 🎤' })).resolves.toEqual({ greeting: 'Hello Beyoncé 🎤' })
      await expect(client.add.mutate({ a: 1, b: 2 })).resolves.toBe(3)
      await expect(client.whoami.query()).resolves.toBe('ada')
      await expect(client.nothing.query()).resolves.toBeUndefined()
      await expect(client.deep.er.query()).resolves.toBe('deep')
      await expect(client.far.hello.query()).resolves.toBe('from afar')
      await expect(client.far.hello.query()).resolves.toBe('from afar')
      await expect(client.echo.query(undefined)).resolves.toEqual({ input: null })
      await expect(client.ignoresInput.mutate()).resolves.toBe('done')
    })

    it('carries every kind of failure', async () => {
      await using server = await start()
      const client = clientOf(server, link)
      const notFound = await errorOf(client.fail.query('NOT_FOUND'))
      expect(notFound).toMatchObject({
        message: 'failed with NOT_FOUND',
        data: { code: 'NOT_FOUND', httpStatus: 404, path: 'fail', input: 'NOT_FOUND', cause: null },
      })
      const invalid = await errorOf(client.greet.query({ name: 1 } as never))
      expect(invalid).toMatchObject({ data: { code: 'BAD_REQUEST', httpStatus: 400, cause: 'ZodError' } })
      const crash = await errorOf(client.crash.mutate())
      expect(crash).toMatchObject({ message: 'a bug', data: { code: 'INTERNAL_SERVER_ERROR', cause: 'RangeError' } })
      const output = await errorOf(client.badOutput.query())
      expect(output).toMatchObject({ message: 'Output validation failed', data: { httpStatus: 500 } })
      const missing = await errorOf(
        (client as unknown as { no: { such: { query(): Promise<unknown> } } }).no.such.query(),
      )
      expect(missing).toMatchObject({ message: 'No procedure found on path "no.such"', data: { httpStatus: 404 } })
      expect(server.probe.errors).toEqual([
        { path: 'fail', type: 'query', code: 'NOT_FOUND', input: 'NOT_FOUND', hasContext: true },
        { path: 'greet', type: 'query', code: 'BAD_REQUEST', input: { name: 1 }, hasContext: true },
        { path: 'crash', type: 'mutation', code: 'INTERNAL_SERVER_ERROR', input: undefined, hasContext: true },
        { path: 'badOutput', type: 'query', code: 'INTERNAL_SERVER_ERROR', input: undefined, hasContext: true },
        { path: 'no.such', type: 'unknown', code: 'NOT_FOUND', input: undefined, hasContext: true },
      ])
    })

    it('fails every call whose context cannot be made', async () => {
      await using server = await start()
      const client = clientOf(server, link, { headers: { 'x-fail-context': '1' } })
      const errors = await Promise.all([errorOf(client.whoami.query()), errorOf(client.greet.query({ name: 'a' }))])
      for (const error of errors) {
        expect(error).toMatchObject({ message: 'No context for you', data: { code: 'UNAUTHORIZED', httpStatus: 401 } })
      }
      expect(server.probe.errors.map(({ path, hasContext }) => ({ path, hasContext }))).toEqual([
        { path: 'whoami', hasContext: false },
        { path: 'greet', hasContext: false },
      ])
    })

    it('tells the procedure when the client gives up', async () => {
      await using server = await start()
      const client = clientOf(server, link)
      const controller = new AbortController()
      const started = eventOf(server.probe.emitter, 'started')
      const aborted = eventOf(server.probe.emitter, 'aborted')
      const call = client.hang.query('slow', { signal: controller.signal })
      await started
      controller.abort()
      await expect(call).rejects.toThrow(TRPCClientError)
      await expect(aborted).resolves.toBe('slow')
    })

    it('serves queries by POST when that is allowed', async () => {
      await using server = await start({ trpc: { allowMethodOverride: true } })
      const client = clientOf(server, link, { methodOverride: 'POST' })
      await expect(client.greet.query({ name: 'post' })).resolves.toEqual({ greeting: 'Hello post' })
      await expect(client.add.mutate({ a: 2, b: 2 })).resolves.toBe(4)
    })

    it('refuses queries by POST when that is not allowed', async () => {
      await using server = await start()
      const error = await errorOf(clientOf(server, link, { methodOverride: 'POST' }).greet.query({ name: 'post' }))
      expect(error).toMatchObject({ data: { code: 'METHOD_NOT_SUPPORTED', httpStatus: 405 } })
    })
  })

  it('sends a batch whose calls end differently with 207, one that fails alike with its status', async () => {
    await using server = await start()
    const statuses: number[] = []
    const client = createTRPCClient<TestRouter>({
      links: [
        httpBatchLink({
          url: server.url,
          fetch: async (url, init) => {
            const response = await fetch(url, init)
            statuses.push(response.status)
            return response
          },
        }),
      ],
    })
    const mixed = await Promise.allSettled([
      client.whoami.query(),
      client.fail.query('CONFLICT'),
      client.nothing.query(),
    ])
    expect(mixed.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await Promise.allSettled([client.fail.query('CONFLICT'), client.fail.query('CONFLICT')])
    await Promise.allSettled([client.whoami.query(), client.nothing.query()])
    expect(statuses).toEqual([207, 409, 200])
    expect(server.probe.contexts.map(({ paths }) => paths.length)).toEqual([3, 2, 2])
  })

  it('streams promises and generators to httpBatchStreamLink, and refuses them elsewhere', async () => {
    await using server = await start()
    const streaming = clientOf(server, (options) => httpBatchStreamLink(options))
    const promises = await streaming.promises.query()
    await expect(promises.later).resolves.toBe(2)
    const values: number[] = []
    for await (const value of await streaming.generator.query()) values.push(value)
    expect(values).toEqual([1, 2])
    for (const link of [httpLink, httpBatchLink]) {
      const error = await errorOf(clientOf(server, (options) => link(options)).generator.query())
      expect(error).toMatchObject({ data: { code: 'UNSUPPORTED_MEDIA_TYPE', httpStatus: 415 } })
    }
  })

  it('lets retryLink try again', async () => {
    await using server = await start()
    let attempts = 0
    const client = createTRPCClient<TestRouter>({
      links: [
        retryLink({
          retry: ({ error, attempts: made }) => {
            attempts = made
            return error.data?.code === 'TOO_MANY_REQUESTS' && made < 3
          },
        }),
        httpLink({ url: server.url }),
      ],
    })
    await expect(client.fail.query('TOO_MANY_REQUESTS')).rejects.toThrow('failed with TOO_MANY_REQUESTS')
    expect(attempts).toBe(3)
    expect(server.probe.errors).toHaveLength(3)
  })

  it('sends form data to the procedure that wants it', async () => {
    await using server = await start()
    const form = new FormData()
    form.set('name', 'Ada')
    await expect(clientOf(server, (options) => httpLink(options)).upload.mutate(form)).resolves.toEqual({ name: 'Ada' })
  })

  it('asks responseMeta for status and headers with all it knows', async () => {
    const seen: unknown[] = []
    await using server = await start({
      trpc: {
        responseMeta: ({ paths, type, errors, data, ctx, eagerGeneration, info }) => {
          seen.push({ paths, type, errors: errors.map(({ code }) => code), data: data.length, eagerGeneration })
          expect(info?.url?.pathname).toBe('/trpc/' + (paths ?? []).join(','))
          const headers = new Headers([
            ['x-user', ctx?.user ?? 'none'],
            ['vary', 'x-user'],
          ])
          headers.append('set-cookie', 'a=1')
          headers.append('set-cookie', 'b=2')
          return errors.length > 0
            ? { status: 418, headers }
            : { headers: { 'cache-control': 'max-age=1', 'x-all': ['1', '2'] } }
        },
      },
    })
    const ok = await fetch(`${server.url}/whoami,nothing?batch=1`)
    expect(ok.headers.get('cache-control')).toBe('max-age=1')
    expect(ok.headers.get('x-all')).toBe('1, 2')
    expect(ok.headers.get('vary')).toBe('trpc-accept, accept')
    const failed = await fetch(`${server.url}/fail?input=%22CONFLICT%22`, { headers: { 'x-user': 'ada' } })
    expect(failed.status).toBe(418)
    expect(failed.headers.get('x-user')).toBe('ada')
    expect(failed.headers.get('vary')).toBe('trpc-accept, accept, x-user')
    expect(failed.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(seen).toEqual([
      { paths: ['whoami', 'nothing'], type: 'query', errors: [], data: 2, eagerGeneration: false },
      { paths: ['fail'], type: 'query', errors: ['CONFLICT'], data: 1, eagerGeneration: false },
    ])
  })

  it('says 500 when responseMeta itself fails', async () => {
    await using server = await start({
      trpc: {
        responseMeta: () => {
          throw new Error('meta')
        },
      },
    })
    const response = await fetch(`${server.url}/whoami`)
    expect(response.status).toBe(500)
  })

  it('hands connection params and accept to the context', async () => {
    await using server = await start()
    const params = encodeURIComponent(JSON.stringify({ token: 't' }))
    await fetch(`${server.url}/whoami?connectionParams=${params}`, { headers: { accept: 'a/b, application/json' } })
    await fetch(`${server.url}/whoami?connectionParams=%7B`)
    expect(server.probe.contexts).toEqual([
      { paths: ['whoami'], accept: null, type: 'query', connectionParams: { token: 't' } },
    ])
    expect(server.probe.errors).toMatchObject([{ code: 'PARSE_ERROR', type: 'unknown', hasContext: false }])
  })
})
