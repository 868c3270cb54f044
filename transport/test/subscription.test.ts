import { createTRPCClient, httpLink, httpSubscriptionLink, splitLink } from '@trpc/client'
import { describe, expect, it } from 'vitest'
import { TestEventSource } from './event-source.ts'
import type { TestRouter } from './router.ts'
import { KINDS, eventOf, startServer, type TestServer } from './setup.ts'

function clientOf(server: TestServer) {
  return createTRPCClient<TestRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === 'subscription',
        true: httpSubscriptionLink({ url: server.url, EventSource: TestEventSource as never }),
        false: httpLink({ url: server.url }),
      }),
    ],
  })
}

type Recording<TValue> = { values: TValue[]; states: string[]; errors: unknown[] }

/** Collects what a subscription says until `count` values came or it ended. */
function record<TValue>(
  subscribe: (handlers: {
    onData: (value: TValue) => void
    onError: (error: unknown) => void
    onComplete: () => void
    onConnectionStateChange: (state: { state: string }) => void
  }) => { unsubscribe(): void },
  count = Infinity,
): Promise<Recording<TValue>> {
  const recording: Recording<TValue> = { values: [], states: [], errors: [] }
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`only saw ${JSON.stringify(recording).slice(0, 300)}`)), 10_000)
    const finish = () => {
      clearTimeout(timer)
      subscription.unsubscribe()
      resolve(recording)
    }
    const subscription = subscribe({
      onData: (value) => {
        recording.values.push(value)
        if (recording.values.length === count) queueMicrotask(finish)
      },
      onError: (error) => {
        recording.errors.push(error)
        finish()
      },
      onComplete: finish,
      onConnectionStateChange: ({ state }) => recording.states.push(state),
    })
  })
}

/** The bytes of an event stream from its start until it ends or holds `until`. */
async function readStream(url: string, until?: string, headers: Record<string, string> = {}) {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    if (until !== undefined && text.includes(until)) break
  }
  controller.abort()
  return { response, text }
}

describe.each(KINDS)('subscriptions through the %s plugin', (kind) => {
  it('delivers tracked events, then completes', async () => {
    await using server = await startServer(kind)
    const seen = await record((handlers) => clientOf(server).count.subscribe({ to: 3 }, handlers))
    expect(seen.values).toEqual([1, 2, 3].map((n) => ({ id: String(n), data: { n } })))
    expect(seen.errors).toEqual([])
  })

  it('writes the frames of the wire', async () => {
    await using server = await startServer(kind, { sse: { client: { reconnectAfterInactivityMs: 5000 } } })
    const { response, text } = await readStream(`${server.url}/mixed`)
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-cache, no-transform',
      'x-accel-buffering': 'no',
      vary: 'trpc-accept, accept',
    })
    expect(text).toBe(
      [
        'event: connected\ndata: {"reconnectAfterInactivityMs":5000}\n\n\n',
        'data: "before"\n\n\n',
        'data: "one"\nid: 1\n\n\n',
        'data: "between"\nid: \n\n\n',
        'event: restore-id\ndata: \nid: 1\n\n\n',
        'data: undefined\nid: \n\n\n',
        'event: restore-id\ndata: \nid: 1\n\n\n',
        'data: "two"\nid: 2\n\n\n',
        'event: return\ndata: \n\n\n',
      ].join(''),
    )
  })

  it('resumes after the last event id, from header or query', async () => {
    await using server = await startServer(kind)
    const input = encodeURIComponent('{"to":4}')
    const byHeader = await readStream(`${server.url}/count?input=${input}`, undefined, { 'last-event-id': '2' })
    const byQuery = await readStream(`${server.url}/count?input=${input}&lastEventId=2`)
    const expected =
      'event: connected\ndata: {}\n\n\ndata: {"n":3}\nid: 3\n\n\ndata: {"n":4}\nid: 4\n\n\nevent: return\ndata: \n\n\n'
    expect(byHeader.text).toBe(expected)
    expect(byQuery.text).toBe(expected)
    const mixed = await readStream(`${server.url}/mixed`, undefined, { 'last-event-id': '9' })
    expect(mixed.text).toContain('data: "before"\nid: \n\n\nevent: restore-id\ndata: \nid: 9\n\n\n')
  })

  it('reconnects with the last id when the connection is cut', async () => {
    await using server = await startServer(kind)
    const client = clientOf(server)
    const recording = record((handlers) => client.feed.subscribe({}, { ...handlers, onStarted: () => publish(1) }), 4)
    const publish = (n: number) => {
      server.probe.broadcast.publish({ n })
      if (n < 2) setImmediate(() => publish(n + 1))
      else setTimeout(cut, 50)
    }
    const cut = () => {
      server.app.server.closeAllConnections()
      server.probe.broadcast.publish({ n: 3 })
      server.probe.broadcast.publish({ n: 4 })
    }
    const { values, states } = await recording
    expect(values.map((value) => (value as { data: { n: number } }).data.n)).toEqual([1, 2, 3, 4])
    expect(states.filter((state) => state === 'connecting').length).toBeGreaterThanOrEqual(2)
  })

  it('tells errors inside the stream', async () => {
    await using server = await startServer(kind)
    const client = clientOf(server)
    const broken = await record((handlers) => client.breaks.subscribe(undefined, handlers))
    expect(broken.values).toEqual([1])
    expect(broken.errors).toMatchObject([{ message: 'broke', data: { code: 'CONFLICT', path: 'breaks' } }])
    const invalid = await record((handlers) => client.count.subscribe({ to: 'x' as never }, handlers))
    expect(invalid.errors).toMatchObject([{ data: { code: 'BAD_REQUEST', cause: 'ZodError' } }])
    const wrong = await readStream(`${server.url}/notAStream`)
    expect(wrong.text).toContain('Subscription notAStream did not return an observable or a AsyncGenerator')
    expect(server.probe.errors).toEqual([
      { path: 'breaks', type: 'subscription', code: 'CONFLICT', input: undefined, hasContext: true },
      // A call that fails before it streams is told twice, by the stock adapter and so by ours.
      { path: 'count', type: 'subscription', code: 'BAD_REQUEST', input: { to: 'x' }, hasContext: true },
      { path: 'count', type: 'subscription', code: 'BAD_REQUEST', input: { to: 'x' }, hasContext: true },
      { path: 'notAStream', type: 'subscription', code: 'INTERNAL_SERVER_ERROR', input: undefined, hasContext: true },
    ])
  })

  it('fails when the context cannot be made, still as a stream', async () => {
    await using server = await startServer(kind)
    const { response, text } = await readStream(`${server.url}/mixed`, undefined, { 'x-fail-context': '1' })
    expect(response.status).toBe(200)
    expect(text).toContain('event: serialized-error\ndata: {"message":"No context for you","code":-32001')
    expect(server.probe.errors.map(({ hasContext }) => hasContext)).toEqual([false, false])
  })

  it('serves observables', async () => {
    await using server = await startServer(kind)
    const { values } = await record((handlers) => clientOf(server).observed.subscribe(undefined, handlers))
    expect(values).toEqual([1, 2])
  })

  it('aborts the procedure when the client leaves', async () => {
    await using server = await startServer(kind)
    const started = eventOf(server.probe.emitter, 'started')
    const recording = record((handlers) => clientOf(server).live.subscribe('room', handlers), 1)
    await started
    const aborted = eventOf(server.probe.emitter, 'aborted')
    server.probe.emitter.emit('live', 'hello')
    await expect(recording).resolves.toMatchObject({ values: ['hello'] })
    await expect(aborted).resolves.toBe('room')
    expect(server.probe.emitter.listenerCount('live')).toBe(0)
  })

  it('pings a quiet stream at the interval', async () => {
    await using server = await startServer(kind, { sse: { ping: { enabled: true, intervalMs: 20 } } })
    const { text } = await readStream(
      `${server.url}/live?input=%22a%22`,
      'event: ping\ndata: \n\n\nevent: ping\ndata: \n\n\n',
    )
    expect(text).toBe('event: connected\ndata: {}\n\n\n' + 'event: ping\ndata: \n\n\n'.repeat(2))
  })

  it('ends a stream at maxDurationMs without a last word', async () => {
    await using server = await startServer(kind, { sse: { maxDurationMs: 50 } })
    const aborted = eventOf(server.probe.emitter, 'aborted')
    const { text } = await readStream(`${server.url}/live?input=%22a%22`)
    expect(text).toBe('event: connected\ndata: {}\n\n\n')
    await expect(aborted).resolves.toBe('a')
  })

  it('refuses pings slower than the client waits', async () => {
    await using server = await startServer(kind, {
      sse: { ping: { enabled: true, intervalMs: 2000 }, client: { reconnectAfterInactivityMs: 1000 } },
    })
    const response = await fetch(`${server.url}/mixed`)
    expect(response.status).toBe(500)
    await expect(response.text()).resolves.toContain('Ping interval must be less than client reconnect interval')
  })

  it('refuses a POST unless allowed, and a batch always', async () => {
    await using server = await startServer(kind)
    const headers = { 'content-type': 'application/json' }
    const posted = await fetch(`${server.url}/mixed`, { method: 'POST', headers, body: '' })
    expect(posted.headers.get('allow')).toBe('GET')
    await expect(posted.text()).resolves.toContain('event: serialized-error')
    const batched = await fetch(`${server.url}/mixed?batch=1`)
    expect(batched.status).toBe(400)
    await using permissive = await startServer(kind, { trpc: { allowMethodOverride: true } })
    const allowed = await fetch(`${permissive.url}/count`, { method: 'POST', headers, body: '{"to":1}' })
    await expect(allowed.text()).resolves.toContain('data: {"n":1}')
  })
})
