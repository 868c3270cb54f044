/** Everyone who is connected is told, and has a second to answer. */
const DEADLINE_MS = 5000

/**
 * npm passes a signal on that a terminal has sent to both: so soon after the first, under npm, it is the same one.
 */
const ECHO_MS = 500

const SIGNALS = ['SIGINT', 'SIGTERM'] as const

/** Has the first signal close in good order, within a deadline; the second ends the process at once. */
export function closeOnSignals(close: () => Promise<void>, deadlineMs = DEADLINE_MS): void {
  const isRunByNpm = process.env['npm_lifecycle_event'] !== undefined
  let closingSince: number | undefined

  async function onSignal(signal: NodeJS.Signals): Promise<void> {
    if (closingSince !== undefined) {
      if (!isRunByNpm || performance.now() - closingSince > ECHO_MS) end(signal)
      return
    }
    closingSince = performance.now()
    setTimeout(end, deadlineMs, signal).unref()
    try {
      await close()
    } catch (error) {
      process.stderr.write(`${String(error)}\n`)
      process.exitCode = 1
    }
    process.exit()
  }
  for (const signal of SIGNALS) process.on(signal, (name) => void onSignal(name))
}

/** Ends the process as if nobody had listened to the signal. */
function end(signal: NodeJS.Signals): void {
  for (const name of SIGNALS) process.removeAllListeners(name)
  process.kill(process.pid, signal)
  // The first process of a container is not ended by a signal of its own.
  process.exit(1)
}
