import { createSecretKey, type KeyObject } from 'node:crypto'
import { errors, jwtVerify, type JWTPayload, type JWTVerifyOptions } from 'jose'
import { IdentitySchema, isGuestIdentity } from '@roomkey/shared'
import { VideoError } from '../core/video-error.ts'
import type { Caller } from '../core/caller.ts'
import type { SignInConfig } from '../config/sign-in.ts'
import { toUserName } from '../core/user-name.ts'
import { createDiscoveredKeySet, createKeySet, KeySetUnavailable, type KeySet, type KeySetOptions } from './key-set.ts'

/** A user whom the team's sign-in vouches for, and until when (ms since 1970). */
export type VerifiedUser = { caller: Caller & { kind: 'user' }; expiresAt: number }

/** How far the clocks of the sign-in service and this server may be apart, in seconds. */
const CLOCK_TOLERANCE_SECONDS = 30

/** A longer token is refused unread. Node's own limit for all headers together is 16 KiB. */
const MAX_TOKEN_LENGTH = 8192

/**
 * Makes the verifier of the team's own JWTs.
 *
 * The verifier throws `UNAUTHENTICATED` for a token that is not good, and `OVERLOADED` when that cannot be known
 * because the sign-in service's keys cannot be fetched.
 * @param now milliseconds since 1970; the clock by default.
 */
export function createUserVerifier(
  config: SignInConfig,
  { now = Date.now, ...keySetOptions }: { now?: (() => number) | undefined } & KeySetOptions = {},
): (token: string) => Promise<VerifiedUser> {
  const key = createKey(config.keys, keySetOptions)
  const options: JWTVerifyOptions = {
    // Pinned here, never read from the token: what a token says of itself is what an attacker says.
    algorithms: [...config.algorithms],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp'],
    ...(config.issuer === undefined ? undefined : { issuer: config.issuer }),
    ...(config.audience === undefined || config.audienceClaim !== 'aud' ? undefined : { audience: config.audience }),
  }

  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw refuse('it is too long')
    const payload = await verify(token, key, { ...options, currentDate: new Date(now()) })
    requireMeantForUs(payload, config)
    const identity = IdentitySchema.safeParse(readClaim(payload, config.identityClaim))
    if (!identity.success) throw refuse(`its claim "${config.identityClaim}" is not an identity`)
    if (isGuestIdentity(identity.data)) throw refuse('its identity is of the kind kept for guests')
    const roles = toRoles(readClaim(payload, config.rolesClaim))
    const name = findName(payload, config.nameClaims)
    return {
      caller: { kind: 'user', identity: identity.data, roles, ...(name !== undefined && { name }) },
      expiresAt: ((payload.exp ?? 0) + CLOCK_TOLERANCE_SECONDS) * 1000,
    }
  }
}

function createKey(keys: SignInConfig['keys'], options: KeySetOptions): KeyObject | KeySet {
  if (keys.kind === 'secret') return createSecretKey(Buffer.from(keys.secret))
  return keys.kind === 'url' ? createKeySet(keys.url, options) : createDiscoveredKeySet(keys.issuer, options)
}

/** For tokens that say in other ways than by `aud` whom they are for. Source: OpenID Connect Core 1.0, section 2, `azp`. */
function requireMeantForUs(payload: JWTPayload, { audience, audienceClaim, authorizedParties }: SignInConfig): void {
  if (audience !== undefined && audienceClaim !== 'aud') {
    const named = [readClaim(payload, audienceClaim)].flat()
    if (!named.includes(audience)) throw refuse(`its claim "${audienceClaim}" is not accepted`)
  }
  if (authorizedParties.length === 0) return
  const { azp } = payload
  if (typeof azp !== 'string' || !authorizedParties.includes(azp)) throw refuse('its claim "azp" is not accepted')
}

/** The first claim that holds a name. */
function findName(payload: JWTPayload, claims: readonly string[]): string | undefined {
  const names = claims.map((claim) => toUserName(readClaim(payload, claim)))
  return names.find((name) => name !== undefined)
}

async function verify(token: string, key: KeyObject | KeySet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    // Two overloads of one function: a key, or a function that finds it.
    const { payload } =
      typeof key === 'function' ? await jwtVerify(token, key, options) : await jwtVerify(token, key, options)
    return payload
  } catch (error) {
    if (error instanceof KeySetUnavailable) {
      throw new VideoError('OVERLOADED', 'Your sign-in cannot be checked right now; try again in a moment', {
        cause: error,
        retryAfterSeconds: 5,
      })
    }
    throw refuse(describe(error), error)
  }
}

function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired'
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim "${error.claim}" is not accepted`
  return 'it is not a token that this server accepts'
}

function refuse(reason: string, cause?: unknown): VideoError {
  return new VideoError('UNAUTHENTICATED', `Your sign-in token is refused: ${reason}. Sign in again`, { cause })
}

/** A claim by its name, or by a path such as `realm_access.roles` when there is none of that name. */
function readClaim(payload: JWTPayload, name: string): unknown {
  if (Object.hasOwn(payload, name)) return payload[name]
  let value: unknown = payload
  for (const key of name.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** Roles as a list of names, or as one text with spaces between them, as in OAuth's `scope`. */
function toRoles(claim: unknown): readonly string[] {
  if (typeof claim === 'string') return claim.split(' ').filter((role) => role !== '')
  return Array.isArray(claim) ? claim.filter((role): role is string => typeof role === 'string') : []
}
