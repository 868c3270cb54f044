import { expect, test } from 'vitest'
import { createSafeStorage, type TextStorage } from './safe-storage.ts'

/** A storage with what stands in `texts`. */
function createStorage(texts = new Map<string, string>()): TextStorage {
  return {
    getItem: (key) => texts.get(key) ?? null,
    setItem: (key, text) => void texts.set(key, text),
    removeItem: (key) => void texts.delete(key),
  }
}

function refuse(): never {
  throw new DOMException('full', 'QuotaExceededError')
}

test('texts are kept in the storage, where other pages see them', () => {
  const texts = new Map<string, string>()
  const storage = createSafeStorage(() => createStorage(texts))
  storage.setItem('name', 'Ada')
  expect(texts).toEqual(new Map([['name', 'Ada']]))
  texts.set('name', 'Grace')
  expect(storage.getItem('name')).toBe('Grace')
  storage.removeItem('name')
  expect([texts.size, storage.getItem('name')]).toEqual([0, null])
})

test.each<[string, () => TextStorage | undefined]>([
  ['is full', () => ({ ...createStorage(), setItem: refuse })],
  ['refuses everything', () => ({ getItem: refuse, setItem: refuse, removeItem: refuse })],
  ['may not even be named', refuse],
  ['does not exist', () => undefined],
])('texts are kept in memory where the storage %s', (_what, find) => {
  const storage = createSafeStorage(find)
  expect(storage.getItem('name')).toBeNull()
  storage.setItem('name', 'Ada')
  expect(storage.getItem('name')).toBe('Ada')
  storage.removeItem('name')
  expect(storage.getItem('name')).toBeNull()
})

test('what did not fit stands before an older text, and gives way once there is space', () => {
  const texts = new Map([['name', 'Ada']])
  let isFull = true
  const storage = createSafeStorage(() => ({
    ...createStorage(texts),
    setItem: (key, text) => (isFull ? refuse() : void texts.set(key, text)),
  }))
  storage.setItem('name', 'Grace')
  expect(storage.getItem('name')).toBe('Grace')
  isFull = false
  storage.setItem('name', 'Mary')
  texts.set('name', 'Joan')
  expect(storage.getItem('name')).toBe('Joan')
})
