/** `sessionStorage`, or anything that keeps texts as it does. */
export type TextStorage = {
  getItem(key: string): string | null
  setItem(key: string, text: string): void
  removeItem(key: string): void
}

/**
 * A browser's storage that never throws: a text that it will not keep (it is full, or forbidden as in private windows
 * and sandboxed frames) is kept in memory instead, for as long as the page. `find` is asked at each access, because
 * merely naming `localStorage` throws where it is forbidden; no storage at all means memory alone.
 *
 * @example const storage = createSafeStorage(() => localStorage)
 */
export function createSafeStorage(find: () => TextStorage | undefined): TextStorage {
  const memory = new Map<string, string>()
  return {
    getItem: (key) => memory.get(key) ?? attempt(() => find()?.getItem(key)) ?? null,
    setItem(key, text) {
      memory.delete(key)
      const isKept = attempt(() => {
        const storage = find()
        storage?.setItem(key, text)
        return storage !== undefined
      })
      if (isKept !== true) memory.set(key, text)
    },
    removeItem(key) {
      memory.delete(key)
      attempt(() => find()?.removeItem(key))
    },
  }
}

function attempt<TValue>(access: () => TValue): TValue | undefined {
  try {
    return access()
  } catch {
    return undefined
  }
}
