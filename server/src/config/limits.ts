import { TTL_SECONDS } from '@roomkey/shared'
import type { z } from 'zod'
import { count, milliseconds, wholeNumber } from './variable.ts'

/** What is counted apart: all calls, access tokens signed, invitations tried. */
export type Bucket = 'calls' | 'tokens' | 'invites'

/** How many of each a caller may make in a minute; `null`: as many as they like. */
export type Limits = Readonly<Record<Bucket, number | null>>

/** How much one caller, one address and the server as a whole may take. */
export type LimitConfig = {
  limits: Limits
  /** HTTP requests a minute from one address, whoever makes them; `null`: no limit. */
  addressLimit: number | null
  maxConnectionsPerAddress: number | null
  maxStreamsPerCaller: number | null
  /** The longest that a guest's access token may be good. */
  guestTokenTtlSeconds: number
  /** For a whole request to arrive, and for its headers. */
  requestTimeoutMs: number
  headersTimeoutMs: number
  /** A server whose event loop is later than this sheds load; `null`: it never does. */
  maxEventLoopDelayMs: number | null
}

export const LIMIT_VARIABLES = {
  RATE_LIMIT_CALLS: count().optional(),
  RATE_LIMIT_TOKENS: count().optional(),
  RATE_LIMIT_INVITES: count().optional(),
  RATE_LIMIT_ADDRESS: count().optional(),
  MAX_CONNECTIONS_PER_ADDRESS: count().optional(),
  MAX_STREAMS_PER_CALLER: count().optional(),
  GUEST_TOKEN_TTL_SECONDS: wholeNumber(TTL_SECONDS.min, TTL_SECONDS.max).default(TTL_SECONDS.default),
  REQUEST_TIMEOUT_MS: milliseconds(1000).default(30_000),
  HEADERS_TIMEOUT_MS: milliseconds(1000).default(10_000),
  MAX_EVENT_LOOP_DELAY_MS: count().optional(),
}

type LimitVariables = z.output<z.ZodObject<typeof LIMIT_VARIABLES>>

/** @param isUnlimited whether there are no limits but those that are set. */
export function toLimits(variables: LimitVariables, isUnlimited: boolean): LimitConfig {
  const orDefault = (value: number | null | undefined, usual: number): number | null =>
    value === undefined ? (isUnlimited ? null : usual) : value
  return {
    limits: {
      calls: orDefault(variables.RATE_LIMIT_CALLS, 600),
      tokens: orDefault(variables.RATE_LIMIT_TOKENS, 60),
      invites: orDefault(variables.RATE_LIMIT_INVITES, 20),
    },
    addressLimit: orDefault(variables.RATE_LIMIT_ADDRESS, 6000),
    maxConnectionsPerAddress: orDefault(variables.MAX_CONNECTIONS_PER_ADDRESS, 1000),
    maxStreamsPerCaller: orDefault(variables.MAX_STREAMS_PER_CALLER, 20),
    guestTokenTtlSeconds: variables.GUEST_TOKEN_TTL_SECONDS,
    requestTimeoutMs: variables.REQUEST_TIMEOUT_MS,
    headersTimeoutMs: variables.HEADERS_TIMEOUT_MS,
    maxEventLoopDelayMs: orDefault(variables.MAX_EVENT_LOOP_DELAY_MS, 2000),
  }
}
