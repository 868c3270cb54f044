import type { FastifyRequest, FastifyServerOptions } from 'fastify'
import type { VideoError } from '../errors/video-error.ts'
import type { Config } from '../config.ts'
import type { Log } from '../rpc/context.ts'

/** Where log lines go; standard output by default. */
export type LogStream = { write(line: string): void }

type LoggerOptions = NonNullable<FastifyServerOptions['logger']>

/**
 * Structured logs: one JSON object a line, each line of a call with its request id. Nothing that could open a
 * door is written: no headers, no query strings, and known names of secrets are censored wherever they turn up.
 */
export function createLoggerOptions({ logLevel }: Pick<Config, 'logLevel'>, stream?: LogStream): LoggerOptions {
  return {
    level: logLevel,
    ...(stream === undefined ? undefined : { stream }),
    redact: { paths: SECRET_PATHS, censor: '[redacted]' },
    serializers: { req: describeRequest },
  }
}

/** Writes why a call failed: callers' own mistakes at `debug`, Twilio's faults as warnings, ours as errors. */
export function logFailure(log: Log, error: VideoError, path: string | undefined): void {
  const { code, twilioCode, cause } = error
  const fields = { code, path, ...(twilioCode === undefined ? undefined : { twilioCode }) }
  if (code === 'INTERNAL_ERROR') log.error({ ...fields, err: cause ?? error }, 'the call failed')
  else if (code.startsWith('TWILIO_')) log.warn({ ...fields, err: cause ?? error }, error.message)
  else log.debug({ ...fields, fields: error.fields?.map((field) => field.path) }, 'the call was refused')
}

const SECRET_NAMES = ['authorization', 'cookie', 'token', 'apiKeySecret', 'authToken', 'password', 'secret', 'invite']
const SECRET_PATHS = SECRET_NAMES.flatMap((name) => [name, `*.${name}`, `*.*.${name}`])

function describeRequest(request: FastifyRequest): Record<string, unknown> {
  return { method: request.method, path: request.url.split('?', 1)[0], remoteAddress: request.ip }
}
