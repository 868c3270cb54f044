import { expect, test } from 'vitest'
import { createStore } from '../store/store.ts'
import { createLease } from './lease.ts'

test('a lease is one server’s until it gives it back, and is known to have been another’s', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const [one, other] = [createLease(store, 'a chore', 60_000), createLease(store, 'a chore', 60_000)]
  expect(await one.hold()).toBe('taken')
  expect(await one.hold()).toBe('held')
  expect(await other.hold()).toBe('denied')
  expect([one.isHeld(), other.isHeld()]).toEqual([true, false])

  // Who does not hold it gives nothing back.
  await other.release()
  expect(await other.hold()).toBe('denied')

  await one.release()
  expect(one.isHeld()).toBe(false)
  expect(await other.hold()).toBe('taken')
  expect(await one.hold()).toBe('denied')
  await store.close()
})

test('a lease that was not renewed in time may have been another’s meanwhile', async () => {
  const store = createStore({ kind: 'memory' }, () => undefined)
  const late = createLease(store, 'a chore', 1)
  expect(await late.hold()).toBe('taken')
  await expect.poll(() => late.isHeld()).toBe(false)
  expect(await late.hold()).toBe('taken')
  await store.close()
})
