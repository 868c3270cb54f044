import type { FastifyBaseLogger } from 'fastify'
import type { Caller } from '../access/caller.ts'
import type { Services } from '../services.ts'

/** The log of one request: pino's interface, which any structured logger can offer. */
export type Log = Pick<FastifyBaseLogger, 'debug' | 'info' | 'warn' | 'error'>

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

/** What a procedure works with: who calls, from where, and the services it may use. */
export type Context = Services & {
  caller: Caller
  source: CallSource
  requestId: string
  log: Log
}
