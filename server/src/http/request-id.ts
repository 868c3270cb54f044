import { randomBytes } from 'node:crypto'

/**
 * Makes request ids: a random part for the process and a number for the request. Ids that callers send are not
 * taken: they would be written to the log as they came.
 */
export function createRequestIds(): () => string {
  const prefix = randomBytes(6).toString('hex')
  let count = 0
  return () => `${prefix}-${(++count).toString(36)}`
}
