import type { Log } from './log.ts'

/** A bound on memory and log against made-up origins. */
const MAX_NAMED = 100
/** A scheme and the longest name of a host; what is longer is no browser's. */
const MAX_LENGTH = 300

const REFUSED =
  'pages of this origin may not call: add it to CORS_ORIGINS, or set PUBLIC_URL where it is the address of this server'
const NAMELESS = 'pages without an origin (files, sandboxed frames) may not call, and CORS_ORIGINS cannot name them'

/**
 * Names each origin whose pages are refused in the log, once: the browser tells its reason to the page's console alone,
 * and whoever runs this server sees nothing.
 */
export function createRefusedOriginLog(): (origin: string, log: Log) => void {
  const named = new Set<string>()
  return (origin, log) => {
    if (named.has(origin) || named.size >= MAX_NAMED || origin.length > MAX_LENGTH) return
    named.add(origin)
    log.warn({ origin }, origin === 'null' ? NAMELESS : REFUSED)
  }
}
