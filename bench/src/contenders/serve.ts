/** What a contender's process offers to the bench: where it listens, and commands of its own. */
export type Served = { port: number; commands?: Record<string, (argument: unknown) => unknown> }

/** `heapBytes` with what buffers hold outside V8's own heap. */
export type Usage = { cpuMicroseconds: number; rssBytes: number; heapBytes: number }

export type ToBench = { type: 'ready'; port: number } | { type: 'answer'; id: number; value?: unknown; error?: string }
export type ToContender = { id: number; command: string; argument?: unknown }

/**
 * Runs this process as a contender: tells the bench when it listens, answers its questions, and ends with it.
 * Without a bench it simply serves on `PORT`.
 */
export async function serve(start: (port: number) => Promise<Served>): Promise<void> {
  const { port, commands = {} } = await start(Number(process.env['PORT'] ?? 0))
  if (process.send === undefined) return
  process.on('disconnect', () => process.exit(0))
  process.on('message', ({ id, command, argument }: ToContender) => void answer(id, command, argument))
  tell({ type: 'ready', port })

  async function answer(id: number, command: string, argument: unknown): Promise<void> {
    try {
      const run = commands[command] ?? BUILT_IN[command]
      if (run === undefined) throw new RangeError(`no command "${command}"`)
      tell({ type: 'answer', id, value: await run(argument) })
    } catch (error) {
      tell({ type: 'answer', id, error: String(error) })
    }
  }
}

const BUILT_IN: Record<string, (argument: unknown) => unknown> = {
  usage(): Usage {
    const { user, system } = process.cpuUsage()
    const { rss, heapUsed, external } = process.memoryUsage()
    return { cpuMicroseconds: user + system, rssBytes: rss, heapBytes: heapUsed + external }
  },
  /** Memory that is held, not merely not yet collected. Needs `--expose-gc`. */
  async settledUsage(): Promise<Usage> {
    for (let n = 0; n < 3; n++) {
      globalThis.gc?.()
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return BUILT_IN['usage']?.(undefined) as Usage
  },
}

function tell(message: ToBench): void {
  process.send?.(message)
}
