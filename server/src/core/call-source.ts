import type { Log } from './log.ts'

/**
 * What Roomkey needs to know of an HTTP request, whatever server took it. `protocol`, `host` and `ip` are what
 * the caller used: behind a proxy, only a trusted one may say so.
 */
export type CallSource = {
  headers: Readonly<Record<string, string | string[] | undefined>>
  protocol: 'http' | 'https'
  host: string | undefined
  ip: string
  requestId: string
  log: Log
}
