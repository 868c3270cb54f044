import { hash, timingSafeEqual } from 'node:crypto'
import type { PasscodeConfig } from '../config/compat.ts'
import type { Caller } from '../core/caller.ts'
import { VideoError, hasCode } from '../core/video-error.ts'
import { toAddressKey } from '../limits/limit-key.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'

/** How long a passcode is good that names no end: as in Twilio's plugin, from when the server was started. */
const LIFETIME_MS = 7 * 86_400_000

/**
 * Finds out whether a caller knows the passcode that Twilio's reference apps ask for. Only wrong ones count against them.
 * @throws VideoError `UNAUTHENTICATED` with Twilio's own words, which its apps compare; `RATE_LIMITED`.
 */
export type CheckPasscode = (passcode: string, ip: string) => Promise<Caller>

export function createPasscodeCheck(
  config: PasscodeConfig,
  { rateLimiter, now = Date.now }: { rateLimiter: RateLimiter; now?: (() => number) | undefined },
): CheckPasscode {
  const expiresAt = config.expiresAt ?? now() + LIFETIME_MS
  const expected = Buffer.from(config.hash, 'hex')

  return async (passcode, ip) => {
    const key = `passcode ${toAddressKey(ip)}`
    await limited(async () => rateLimiter.check('invites', key))
    if (!timingSafeEqual(hash('sha256', passcode, 'buffer'), expected)) {
      await limited(() => rateLimiter.take('invites', key))
      throw new VideoError('UNAUTHENTICATED', PASSCODE_INCORRECT)
    }
    // To those alone who know it.
    if (now() >= expiresAt) throw new VideoError('UNAUTHENTICATED', PASSCODE_EXPIRED)
    return { kind: 'passcode' }
  }
}

const PASSCODE_INCORRECT = 'passcode incorrect'
const PASSCODE_EXPIRED = 'passcode expired'

async function limited(count: () => Promise<void>): Promise<void> {
  try {
    await count()
  } catch (error) {
    if (!hasCode(error, 'RATE_LIMITED')) throw error
    const { retryAfterSeconds } = error
    const message = `Too many wrong passcodes; try again in ${retryAfterSeconds ?? 60} s`
    throw new VideoError('RATE_LIMITED', message, { retryAfterSeconds })
  }
}
