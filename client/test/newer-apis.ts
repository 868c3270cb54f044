/** What browsers and Node have learned since ES2022, the client's target, and what only pages with HTTPS have. */
export const NEWER_APIS = [
  'AbortSignal.any',
  'AbortSignal.timeout',
  'Array.fromAsync',
  'Array.prototype.findLast',
  'Array.prototype.findLastIndex',
  'Array.prototype.toReversed',
  'Array.prototype.toSorted',
  'Array.prototype.toSpliced',
  'Array.prototype.with',
  'AsyncDisposableStack',
  'DisposableStack',
  'Error.isError',
  'Iterator',
  'Map.groupBy',
  'Object.groupBy',
  'Promise.try',
  'Promise.withResolvers',
  'RegExp.escape',
  'Set.prototype.difference',
  'Set.prototype.intersection',
  'Set.prototype.isSubsetOf',
  'Set.prototype.union',
  'String.prototype.isWellFormed',
  'String.prototype.toWellFormed',
  'URL.canParse',
  'URL.parse',
  'Uint8Array.fromBase64',
  'Uint8Array.prototype.toBase64',
  'crypto.randomUUID',
  'structuredClone',
]

/** Takes APIs away, and returns how to put them back. Runs in a page, before its scripts, or here. */
export function removeApis(paths: string[]): () => void {
  const restore = paths.flatMap((path) => {
    const keys = path.split('.')
    const last = keys.pop() ?? ''
    let holder: unknown = globalThis
    for (const key of keys) holder = (holder as Record<string, unknown> | undefined)?.[key]
    // Methods of `crypto` stand on its prototype.
    while (holder != null && !Object.prototype.hasOwnProperty.call(holder, last)) holder = Object.getPrototypeOf(holder)
    if (holder == null) return []
    const owner = holder
    const before = Object.getOwnPropertyDescriptor(owner, last) ?? {}
    Reflect.deleteProperty(owner, last)
    return [() => Object.defineProperty(owner, last, before)]
  })
  return () => {
    for (const put of restore) put()
  }
}
