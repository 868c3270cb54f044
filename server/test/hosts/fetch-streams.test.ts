import { EventEmitter, once } from 'node:events'
import { initTRPC } from '@trpc/server'
import { afterAll, expect, test } from 'vitest'
import { appRouter, createBroadcast, createFetchHandler, createRoomkey, parseConfig } from '../../src/index.ts'
import type { Context } from '../../src/index.ts'

const told = new EventEmitter()
const t = initTRPC.context<Context>().create()
const broadcast = createBroadcast<string>({ maxQueuedBytes: 100_000 })

const router = t.router({
  ...appRouter._def.record,
  ticks: t.procedure.subscription(async function* ({ signal }) {
    signal?.addEventListener('abort', () => told.emit('ended'))
    for (let tick = 1; ; tick++) {
      yield tick
      await once(told, 'tick')
    }
  }),
  news: t.procedure.subscription(({ signal }) => broadcast.subscribe({ signal })),
})

const roomkey = createRoomkey(parseConfig({}))
// The type of the router is that of the contract; here are two procedures more.
const handle = createFetchHandler({ ...roomkey, router: router as unknown as typeof appRouter })
afterAll(() => roomkey.close())

const subscribe = (name: string, signal?: AbortSignal) =>
  handle(
    new Request(`http://localhost/trpc/${name}`, {
      headers: { accept: 'text/event-stream' },
      ...(signal && { signal }),
    }),
  )

/** Reads until what was read holds a text. */
async function readUntil(reader: ReadableStreamDefaultReader<Uint8Array>, text: string): Promise<string> {
  let read = ''
  while (!read.includes(text)) {
    const { done, value } = await reader.read()
    if (done) throw new Error(`the stream ended after ${JSON.stringify(read)}`)
    read += Buffer.from(value).toString()
  }
  return read
}

test('a subscription’s events come as they happen', async () => {
  const response = await subscribe('ticks')
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  expect(response.headers.get('transfer-encoding')).toBeNull()
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  expect(await readUntil(reader, 'data: 1\n')).not.toContain('data: 2')
  told.emit('tick')
  expect(await readUntil(reader, 'data: 2\n')).not.toContain('data: 3')
  const ended = once(told, 'ended')
  await reader.cancel()
  await ended
})

test('an aborted request ends its subscription', async () => {
  const abort = new AbortController()
  const response = await subscribe('ticks', abort.signal)
  const reader = (response.body as ReadableStream<Uint8Array>).getReader()
  await readUntil(reader, 'data: 1\n')
  const ended = once(told, 'ended')
  abort.abort()
  await ended
  await expect(reader.read()).rejects.toThrow()
})

test('a request that is aborted before it is answered is no error', async () => {
  expect((await subscribe('ticks', AbortSignal.abort())).status).toBe(499)
})

test('a reader who does not read is cut off, and fills no memory', async () => {
  const response = await subscribe('news')
  // Each turn of the event loop is a batch of its own; a few fit between the subscription and its reader.
  for (let turn = 0; broadcast.subscriberCount > 0; turn++) {
    expect(turn).toBeLessThan(100)
    broadcast.publish('x'.repeat(50_000))
    await new Promise(setImmediate)
  }
  await expect(response.text()).rejects.toThrow()
})
