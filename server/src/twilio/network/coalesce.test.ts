import { expect, test } from 'vitest'
import { createCoalescer } from './coalesce.ts'

function createRead() {
  const started: { signal: AbortSignal; resolve(value: string): void; reject(reason: unknown): void }[] = []
  const start = (signal: AbortSignal) => {
    const { promise, resolve, reject } = Promise.withResolvers<string>()
    started.push({ signal, resolve, reject })
    return promise
  }
  return { started, start }
}

test('a thousand callers of one read make one request, and all get its response', async () => {
  const { started, start } = createRead()
  const reads = createCoalescer()
  const callers = Array.from({ length: 1000 }, () => reads.share('room a', undefined, start))
  expect(started).toHaveLength(1)
  started[0]?.resolve('response')
  expect(new Set(await Promise.all(callers))).toEqual(new Set(['response']))
})

test('other reads, and later ones, make requests of their own', async () => {
  const { started, start } = createRead()
  const reads = createCoalescer()
  const both = Promise.all([reads.share('a', undefined, start), reads.share('b', undefined, start)])
  expect(started).toHaveLength(2)
  for (const read of started) read.resolve('x')
  await both
  const later = reads.share('a', undefined, start)
  expect(started).toHaveLength(3)
  started[2]?.resolve('y')
  expect(await later).toBe('y')
})

test('all share a failure, and the next caller tries again', async () => {
  const { started, start } = createRead()
  const reads = createCoalescer()
  const callers = [reads.share('a', undefined, start), reads.share('a', undefined, start)]
  started[0]?.reject(new Error('broken'))
  for (const caller of callers) await expect(caller).rejects.toThrow('broken')
  void reads.share('a', undefined, start).catch(() => {})
  expect(started).toHaveLength(2)
})

test('a caller who gives up leaves the others undisturbed; when all have, the request is aborted', async () => {
  const { started, start } = createRead()
  const reads = createCoalescer()
  const [first, second] = [new AbortController(), new AbortController()]
  const one = reads.share('a', first.signal, start)
  const two = reads.share('a', second.signal, start)
  first.abort(new Error('gone'))
  await expect(one).rejects.toThrow('gone')
  expect(started[0]?.signal.aborted).toBe(false)
  second.abort(new Error('gone too'))
  await expect(two).rejects.toThrow('gone too')
  expect(started[0]?.signal.aborted).toBe(true)
})

test('a caller who comes after a write does not get what was read before it', async () => {
  const { started, start } = createRead()
  const reads = createCoalescer()
  const before = reads.share('a', undefined, start)
  reads.forget()
  const after = reads.share('a', undefined, start)
  expect(started).toHaveLength(2)
  started[1]?.resolve('new')
  started[0]?.resolve('old')
  expect(await before).toBe('old')
  expect(await after).toBe('new')
})
