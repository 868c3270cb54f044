import type { Config } from '../../config/config.ts'
import { checkAuthToken } from './auth-token.ts'
import { checkCertificate } from './certificate.ts'
import { checkClock } from './clock.ts'
import { checkCredentials } from './credentials.ts'
import { checkDatabase } from './database.ts'
import { checkEventsWebhook } from './events-webhook.ts'
import { codeOf, failed, type Check, type Finding } from './finding.ts'
import { checkPort } from './port.ts'
import { checkPublicUrl } from './public-url.ts'
import { checkSignIn } from './sign-in.ts'
import { checkStatusCallback } from './status-callback.ts'

/** A check by its name, and how it ended. */
export type Examination = { name: string } & Finding

const CHECKS: Readonly<Record<string, Check>> = {
  port: checkPort,
  credentials: checkCredentials,
  'auth-token': checkAuthToken,
  clock: checkClock,
  'public-url': checkPublicUrl,
  certificate: checkCertificate,
  'status-callback': checkStatusCallback,
  'events-webhook': checkEventsWebhook,
  'sign-in': checkSignIn,
  database: checkDatabase,
}

/** For each check; they run at once. */
const TIMEOUT_MS = 10_000

/** Looks at everything that a server of this configuration needs. */
export async function examine(config: Config, timeoutMs = TIMEOUT_MS): Promise<Examination[]> {
  const checks = Object.entries(CHECKS)
  return Promise.all(checks.map(async ([name, check]) => ({ name, ...(await run(check, config, timeoutMs)) })))
}

async function run(check: Check, config: Config, timeoutMs: number): Promise<Finding> {
  const signal = AbortSignal.timeout(timeoutMs)
  const late = Promise.withResolvers<Finding>()
  signal.addEventListener('abort', () => late.resolve(failed(`it was not known within ${timeoutMs / 1000} s`)))
  try {
    return await Promise.race([check(config, signal), late.promise])
  } catch (error) {
    return failed(signal.aborted ? (await late.promise).message : `it could not be looked at (${codeOf(error)})`)
  }
}
