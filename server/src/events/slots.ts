/** A limit on concurrent tasks: the others wait, first come, first served. */
export type Slots = {
  /** Whether a task would begin at once. */
  areFree(): boolean
  use<TResult>(task: () => Promise<TResult>): Promise<TResult>
}

export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = []
  let free = count

  function release(): void {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }

  return {
    areFree: () => free > 0,
    async use(task) {
      if (free > 0) free--
      else await new Promise<void>((resolve) => waiting.push(resolve))
      try {
        return await task()
      } finally {
        release()
      }
    },
  }
}
