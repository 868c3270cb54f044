import type { Config } from '../../config/config.ts'

/** How one check ended, in one sentence: what was found, and what to do about it. It never holds a secret. */
export type Finding = { status: 'ok' | 'warning' | 'failed'; message: string }

/** Looks at one thing that a deployment needs. Whatever it waits for ends with `signal`. */
export type Check = (config: Config, signal: AbortSignal) => Promise<Finding>

export function ok(message: string): Finding {
  return { status: 'ok', message }
}

/** Works, or may work, and is worth a look. */
export function warning(message: string): Finding {
  return { status: 'warning', message }
}

export function failed(message: string): Finding {
  return { status: 'failed', message }
}

/** What an error may be called in a message: its code alone, since its text may hold addresses with passwords. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if ('code' in error && typeof error.code === 'string') return error.code
  // `fetch` hides the reason.
  return error.cause === undefined ? error.name : codeOf(error.cause)
}
