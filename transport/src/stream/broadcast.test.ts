import { isTrackedEnvelope } from '@trpc/server'
import { describe, expect, it } from 'vitest'
import { createBroadcast } from './broadcast.ts'

async function take<T>(iterable: AsyncIterable<T>, count: number): Promise<T[]> {
  const values: T[] = []
  for await (const value of iterable) if (values.push(value) === count) break
  return values
}

describe('a broadcast as an async iterable', () => {
  it('gives every subscriber every event after it came, with ids', async () => {
    const broadcast = createBroadcast<string>()
    broadcast.publish('missed')
    const readers = [take(broadcast.subscribe(), 2), take(broadcast.subscribe(), 2)]
    const ids = [broadcast.publish('a'), broadcast.publish('b', { id: 'own' })]
    for (const events of await Promise.all(readers)) {
      expect(events.every(isTrackedEnvelope)).toBe(true)
      expect(events.map(([id, data]) => [id, data])).toEqual([
        [ids[0], 'a'],
        ['own', 'b'],
      ])
    }
    expect(broadcast.subscriberCount).toBe(0)
  })

  it('resumes after the last event seen, and says when it cannot without a gap', async () => {
    const broadcast = createBroadcast<number>({ keepEvents: 3 })
    const ids = [1, 2, 3, 4, 5].map((n) => broadcast.publish(n))
    expect(ids.map((id) => broadcast.has(id))).toEqual([false, false, true, true, true])
    const resumed = await take(broadcast.subscribe({ lastEventId: ids[3] }), 1)
    expect(resumed.map(([, data]) => data)).toEqual([5])
    const gap = await take(broadcast.subscribe({ lastEventId: ids[0] }), 3)
    expect(gap.map(([, data]) => data)).toEqual([3, 4, 5])
  })

  it('keeps no more characters than allowed', () => {
    const broadcast = createBroadcast<string>({ keepCharacters: 30 })
    const ids = ['x'.repeat(8), 'y'.repeat(8), 'z'.repeat(18)].map((text) => broadcast.publish(text))
    expect(ids.map((id) => broadcast.has(id))).toEqual([false, true, true])
    broadcast.publish('w'.repeat(100))
    expect(ids.some((id) => broadcast.has(id))).toBe(false)
  })

  it('cuts off a reader that does not keep up', async () => {
    const broadcast = createBroadcast<string>({ maxQueuedBytes: 100 })
    const iterator = broadcast.subscribe()[Symbol.asyncIterator]()
    for (let n = 0; n < 20; n++) broadcast.publish('0123456789')
    await new Promise((resolve) => setImmediate(resolve))
    await expect(iterator.next()).rejects.toMatchObject({ name: 'AbortError' })
    expect(broadcast.subscriberCount).toBe(0)
  })

  it('ends when it is closed, aborted or returned from', async () => {
    const broadcast = createBroadcast<number>()
    const controller = new AbortController()
    const [closed, aborted, returned] = [{}, { signal: controller.signal }, {}].map((options) =>
      broadcast.subscribe(options)[Symbol.asyncIterator](),
    )
    const pending = [closed, aborted, returned].map((iterator) => iterator?.next())
    controller.abort()
    await returned?.return?.()
    expect(broadcast.subscriberCount).toBe(1)
    broadcast.close()
    for (const result of pending) await expect(result).resolves.toEqual({ done: true, value: undefined })
    await expect(take(broadcast.subscribe(), 1)).resolves.toEqual([])
    await expect(take(broadcast.subscribe({ signal: AbortSignal.abort() }), 1)).resolves.toEqual([])
  })
})
