import { once } from 'node:events'
import type { NameOf, OutputOf, ResultOf } from '@roomkey/shared'
import type { RouterOf } from '@roomkey/shared/trpc'
import type { inferRouterOutputs } from '@trpc/server'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import type { SubscribeOptions } from '../src/index.ts'
import { subscribe } from '../src/subscribe.ts'
import { createHttp } from '../src/http.ts'
import { failWith } from './backend.ts'
import { createTrialClient, HOSTS, serveTicks, type Tick, type Trial } from './ticks.ts'

/** Counts up to `last`. */
const countTo = (last: number) =>
  async function* ({ first }: { first: number }) {
    for (let count = first; count <= last; count++) yield count
  }

/** Counts to `last`, then waits until the subscriber is gone. */
const countToAndStay = (last: number) =>
  async function* ({ first, signal }: { first: number; signal: AbortSignal }) {
    yield* countTo(last)({ first })
    if (!signal.aborted) await once(signal, 'abort')
  }

const eventsOf = async (ticks: AsyncIterable<Tick>, most = Infinity) => {
  const events: Tick[] = []
  for await (const event of ticks) if (events.push(event) === most) break
  return events
}

const countsOf = async (ticks: AsyncIterable<Tick>, most?: number) =>
  (await eventsOf(ticks, most)).map(({ count }) => count)

const lastEventIdOf = ({ url = '' }: { url?: string | undefined }) => {
  const input = new URL(url, 'http://x').searchParams.get('input')
  return (JSON.parse(input ?? '{}') as { lastEventId?: string }).lastEventId
}

describe.each(HOSTS)('a subscription on %s', (host) => {
  test('gives events one after another, and ends with them', async () => {
    await using server = await serveTicks(countTo(3), { host })
    const { ticks } = createTrialClient({ url: server.url })
    expect(await eventsOf(ticks.watch())).toEqual([1, 2, 3].map((count) => ({ id: `${count}`, count })))
    expect(await countsOf(ticks.watch({ from: 3 }))).toEqual([3])
    expect(await countsOf(ticks.watch({ lastEventId: '1' }))).toEqual([2, 3])
  })

  test('goes on after the last event when its connection breaks', async () => {
    await using server = await serveTicks((call) => countToAndStay(call.first)(call), { host })
    const counts: number[] = []
    const onInterrupted = vi.fn()
    for await (const { count } of createTrialClient({ url: server.url }).ticks.watch({}, { onInterrupted })) {
      counts.push(count)
      if (count === 3) break
      server.cutAll()
    }
    expect(counts).toEqual([1, 2, 3])
    expect(onInterrupted).not.toHaveBeenCalled()
    expect(server.requests.map(lastEventIdOf)).toEqual([undefined, '1', '2'])
  })

  test('sends the bearer token, and asks for a fresh one when it is refused', async () => {
    const watch = ({ first, headers }: { first: number; headers: { authorization?: string | undefined } }) => {
      if (headers.authorization !== 'Bearer t2') throw failWith('UNAUTHORIZED', 'UNAUTHENTICATED')
      return countTo(2)({ first })
    }
    await using server = await serveTicks(watch, { host })
    let asked = 0
    const auth = vi.fn(() => `t${++asked}`)
    expect(await countsOf(createTrialClient({ url: server.url, auth }).ticks.watch())).toEqual([1, 2])
    expect(auth).toHaveBeenCalledTimes(2)
    const refused = createTrialClient({ url: server.url, auth: () => 'wrong' }).ticks.watch()
    await expect(countsOf(refused)).rejects.toMatchObject({ code: 'UNAUTHENTICATED', requestId: 'req-1' })
  })

  test('fails when the server refuses, at once or later', async () => {
    await using server = await serveTicks(
      async function* ({ first }) {
        if (first > 1) throw failWith('NOT_FOUND', 'ROOM_NOT_FOUND')
        yield 1
        throw failWith('FORBIDDEN', 'BANNED')
      },
      { host },
    )
    const { ticks } = createTrialClient({ url: server.url })
    await expect(countsOf(ticks.watch({ from: 2 }))).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
    await expect(countsOf(ticks.watch())).rejects.toMatchObject({ code: 'BANNED' })
    // @ts-expect-error a number is asked for
    await expect(countsOf(ticks.watch({ from: 'x' }))).rejects.toMatchObject({ status: 400 })
    expect(server.requests).toHaveLength(3)
  })

  test.each(['leaving the loop', 'the signal'] as const)('is over for the server with %s', async (how) => {
    const gone = Promise.withResolvers<void>()
    await using server = await serveTicks(
      async function* (call) {
        call.signal.addEventListener('abort', () => gone.resolve())
        yield* countToAndStay(1)(call)
      },
      { host },
    )
    const controller = new AbortController()
    const ticks = createTrialClient({ url: server.url }).ticks.watch({}, { signal: controller.signal })
    if (how === 'leaving the loop') {
      expect(await countsOf(ticks, 1)).toEqual([1])
    } else {
      const iteration = (async () => {
        for await (const { count } of ticks) if (count === 1) controller.abort()
      })()
      await expect(iteration).rejects.toMatchObject({ code: 'ABORTED' })
    }
    await gone.promise
    expect(server.requests).toHaveLength(1)
  })
})

test('a connection that is silent for longer than the server promised is made again', async () => {
  await using server = await serveTicks(countToAndStay(1), { maxSilenceMs: 50 })
  const controller = new AbortController()
  const counts = countsOf(createTrialClient({ url: server.url }).ticks.watch({}, { signal: controller.signal }))
  await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(1), 30_000)
  expect(server.requests.map(lastEventIdOf).slice(0, 2)).toEqual([undefined, '1'])
  controller.abort()
  await expect(counts).rejects.toMatchObject({ code: 'ABORTED' })
})

test('pings keep a connection that has no events', async () => {
  await using server = await serveTicks(countTo(1), {
    intercept(_, response) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('event: connected\ndata: {"reconnectAfterInactivityMs":400}\n\n')
      let pings = 0
      const timer = setInterval(() => {
        response.write('event: ping\ndata: \n\n')
        if (++pings < 10) return
        clearInterval(timer)
        response.end('data: {"id":"5","count":5}\nid: 5\n\nevent: return\ndata: \n\n')
      }, 100)
      return true
    },
  })
  expect(await countsOf(createTrialClient({ url: server.url }).ticks.watch())).toEqual([5])
  expect(server.requests).toHaveLength(1)
})

const connect = (url: string, { delayMs = 1, ...options }: { delayMs?: number } & SubscribeOptions = {}) =>
  subscribe<Tick>(
    {
      url: `${url}/trpc`,
      http: createHttp(fetch, url),
      credentials: undefined,
      headers: async () => ({}),
      timeoutMs: 5_000,
      retries: 2,
      baseDelayMs: delayMs,
      maxDelayMs: 5 * delayMs,
      random: () => 1,
    },
    'ticks.watch',
    undefined,
    options,
  )

describe('a browser that is on a network again', () => {
  const HOUR_MS = 3_600_000
  const browser = new EventTarget()
  beforeEach(() => {
    vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser))
    vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser))
  })
  afterEach(() => vi.unstubAllGlobals())
  const goOnline = () => browser.dispatchEvent(new Event('online'))

  test('does not wait any longer', async () => {
    await using server = await serveTicks((call) => countToAndStay(call.first)(call))
    const ticks = connect(server.url, { delayMs: HOUR_MS })
    expect((await ticks.next()).value).toMatchObject({ count: 1 })
    server.cutAll()
    const next = ticks.next()
    // It takes a moment until it knows that the connection has broken, and waits.
    await vi.waitFor(() => {
      goOnline()
      expect(server.requests).toHaveLength(2)
    }, 30_000)
    expect((await next).value).toMatchObject({ count: 2 })
    await ticks.return()
  })

  test('does not trust a connection that it had before', async () => {
    await using server = await serveTicks((call) => countToAndStay(call.first)(call))
    const ticks = connect(server.url)
    expect((await ticks.next()).value).toMatchObject({ count: 1 })
    const next = ticks.next()
    goOnline()
    expect((await next).value).toMatchObject({ count: 2 })
    expect(server.requests.map(lastEventIdOf)).toEqual([undefined, '1'])
    await ticks.return()
  })
})

describe('a server that is not there', () => {
  test('from the start is told, after as many tries as for any request', async () => {
    await using server = await serveTicks(countTo(1), {
      intercept(request) {
        request.socket.destroy()
        return true
      },
    })
    await expect(countsOf(connect(server.url))).rejects.toMatchObject({ code: 'NETWORK_ERROR' })
    expect(server.requests).toHaveLength(3)
  })

  test('any more is waited for, however long, and each try that fails is told', async () => {
    await using server = await serveTicks(countTo(2), {
      intercept(request, response, count) {
        if (count === 1) {
          response.writeHead(200, { 'content-type': 'text/event-stream' })
          response.end('event: connected\ndata: {}\n\ndata: {"id":"1","count":1}\nid: 1\n\n')
        } else if (count < 8) {
          if (count % 2 === 0) request.socket.destroy()
          else response.writeHead(503).end('<html>starting</html>')
        }
        return count < 8
      },
    })
    const onInterrupted = vi.fn()
    expect(await countsOf(connect(server.url, { onInterrupted }))).toEqual([1, 2])
    expect(server.requests).toHaveLength(8)
    expect(onInterrupted).toHaveBeenCalledTimes(6)
  })

  test('or is another one is told at once', async () => {
    await using server = await serveTicks(countTo(1), {
      intercept(_, response) {
        response.end('<html>hello</html>')
        return true
      },
    })
    await expect(countsOf(connect(server.url))).rejects.toMatchObject({ code: 'BAD_RESPONSE' })
    expect(server.requests).toHaveLength(1)
  })

  test('in time is given up', async () => {
    await using server = await serveTicks(countTo(1), { intercept: () => true })
    const { ticks } = createTrialClient({ url: server.url, timeoutMs: 50 })
    await expect(countsOf(ticks.watch())).rejects.toMatchObject({ code: 'TIMEOUT' })
  })
})

test('an aborted signal sends nothing', async () => {
  await using server = await serveTicks(countTo(1))
  const ticks = createTrialClient({ url: server.url }).ticks.watch({}, { signal: AbortSignal.abort() })
  await expect(countsOf(ticks)).rejects.toMatchObject({ code: 'ABORTED' })
  expect(server.requests).toHaveLength(0)
})

test('its types follow from the contract', () => {
  type Watch = Trial['ticks']['watch']
  expectTypeOf<NameOf<Trial>>().toEqualTypeOf<'ticks.watch'>()
  expectTypeOf<OutputOf<Watch>>().toEqualTypeOf<Tick>()
  expectTypeOf<ResultOf<Watch>>().toEqualTypeOf<AsyncIterable<Tick>>()
  expectTypeOf<inferRouterOutputs<RouterOf<Trial>>['ticks']['watch']>().toExtend<
    AsyncIterable<{ id: string; data: Tick }>
  >()
})
