import type { FastifyBaseLogger } from 'fastify'
import { pino, stdSerializers } from 'pino'
import type { Log } from '../core/log.ts'
import type { VideoError } from '../core/video-error.ts'
import type { Config } from '../config/config.ts'

/** Where log lines go; standard output by default. */
export type LogStream = { write(line: string): void }

/**
 * Structured logs: one JSON object a line, each line of a call with its request id. Nothing that could open a
 * door is written: no headers, no query strings, and known names of secrets are censored wherever they turn up.
 */
export function createLog({ logLevel }: Pick<Config, 'logLevel'>, stream?: LogStream): FastifyBaseLogger {
  const options = {
    level: logLevel,
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    serializers: { err: serializeError },
  }
  return stream === undefined ? pino(options) : pino(options, stream)
}

/** Node hangs the whole certificate, byte by byte, on its errors about one; the message names it. */
function serializeError(error: Error): object {
  const { cert: _, ...rest } = stdSerializers.err(error) as unknown as Record<string, unknown>
  return rest
}

/** Writes why a request failed: callers' own mistakes at `debug`, Twilio's and the database's failures as warnings, ours as errors. */
export function logFailure(log: Log, error: VideoError, path: string | undefined): void {
  const { code, twilioCode, cause } = error
  const fields = { code, path, ...(twilioCode === undefined ? undefined : { twilioCode }) }
  if (code === 'INTERNAL_ERROR') log.error({ ...fields, err: cause ?? error }, 'the request failed')
  else if (code === 'STORE_UNAVAILABLE' || code.startsWith('TWILIO_'))
    log.warn({ ...fields, err: cause ?? error }, error.message)
  else log.debug({ ...fields, fields: error.fields?.map((field) => field.path) }, 'the request was refused')
}

const SECRET_NAMES = ['authorization', 'cookie', 'token', 'apiKeySecret', 'authToken', 'password', 'secret', 'invite']
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])
