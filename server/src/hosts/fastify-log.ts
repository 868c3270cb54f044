import type { FastifyBaseLogger } from 'fastify'
import type { Log } from '../core/log.ts'

type Level = keyof Log

/** A log as Fastify wants it: with a level, and children whose lines carry more fields. Pino's is one already. */
export function toFastifyLog(log: Log, bindings: object = {}): FastifyBaseLogger {
  if (isFastifyLog(log)) return log
  const write =
    (level: Level) =>
    (...line: unknown[]): void => {
      const [first, second] = line
      if (typeof first === 'string') log[level](bindings, first)
      else log[level]({ ...bindings, ...(first as object) }, second as string | undefined)
    }
  return {
    level: 'debug',
    debug: write('debug'),
    trace: () => {},
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('error'),
    silent: () => {},
    child: (more) => toFastifyLog(log, { ...bindings, ...more }),
  }
}

function isFastifyLog(log: Log): log is FastifyBaseLogger {
  return 'child' in log && 'fatal' in log && 'level' in log
}
