import { createSecretKey } from 'node:crypto'
import { createDecoder, createVerifier } from 'fast-jwt'
import { z } from 'zod'
import type { Clock } from './clock.ts'
import { TwilioError } from './errors.ts'
import { checkIdentity } from './state/name.ts'

/** What a verified access token says. */
export type AccessToken = {
  /** Who the bearer is, 1–128 characters. */
  identity: string
  /** The room the token is good for, a name or a SID; `null` when it is good for any. */
  room: string | null
  /** Milliseconds since 1970. */
  expiresAt: number
}

/** The keys that sign access tokens for this account. */
export type SigningKeys = { accountSid: string; apiKeySid: string; apiKeySecret: string }

/** @throws {TwilioError} 20101–20107 for the token, 53200–53202 for the identity in it */
export type VerifyAccessToken = (token: unknown) => AccessToken

/**
 * Checks access tokens as Twilio does: form, header, issuer, signature, times, grants, identity, in this order, so
 * that a token of an unknown key is told from one with a wrong secret.
 * Source: Twilio "Access Tokens", errors 20101–20107 and 53200–53202.
 */
export function createAccessTokenVerifier(keys: SigningKeys, clock: Clock): VerifyAccessToken {
  const decode = createDecoder({ complete: true })
  const verifySignature = createVerifier({
    key: createSecretKey(keys.apiKeySecret, 'utf8').export(),
    algorithms: ['HS256'],
    ignoreExpiration: true,
    ignoreNotBefore: true,
    cache: false,
  })

  return (token) => {
    if (typeof token !== 'string' || token.length > MAX_TOKEN_LENGTH) throw new TwilioError(20101)
    const { header, claims } = read(token)

    if (!HeaderSchema.safeParse(header).success) throw new TwilioError(20102)
    if (claims.iss !== keys.apiKeySid || claims.sub !== keys.accountSid) throw new TwilioError(20103)
    try {
      verifySignature(token)
    } catch {
      throw new TwilioError(20107)
    }
    const expiresAt = checkTimes(claims, clock.now())

    const grants = GrantsSchema.safeParse(claims.grants)
    if (!grants.success) throw new TwilioError(20106)
    const { identity, video } = grants.data
    if (typeof identity !== 'string') throw new TwilioError(53200)
    checkIdentity(identity)
    return { identity, room: video.room || null, expiresAt }
  }

  function read(token: string): { header: unknown; claims: Record<string, unknown> } {
    try {
      const { header, payload } = decode(token)
      if (typeof payload === 'object' && payload !== null) return { header, claims: payload }
    } catch {
      // Not base64url, not JSON, or not three parts: one error for all.
    }
    throw new TwilioError(20101)
  }
}

/**
 * Whether a token lets its bearer into this room: the grant may name it by its name or its SID.
 * @throws {TwilioError} 20106
 */
export function checkRoomGrant(token: AccessToken, room: { sid: string; name: string }): void {
  if (token.room !== null && token.room !== room.sid && token.room !== room.name) throw new TwilioError(20106)
}

/** Far beyond any real one, which has some 450 characters. */
const MAX_TOKEN_LENGTH = 16_384
/** Twilio's longest life of an access token. */
const MAX_LIFE_SECONDS = 86_400

const HeaderSchema = z.object({ alg: z.literal('HS256'), typ: z.literal('JWT'), cty: z.literal('twilio-fpa;v=1') })

const GrantsSchema = z.object({
  identity: z.unknown().optional(),
  video: z.object({ room: z.string().nullish() }),
})

/** @returns the end of the token's life, in milliseconds since 1970 */
function checkTimes(claims: Record<string, unknown>, now: number): number {
  const exp = claims.exp
  if (typeof exp !== 'number' || !Number.isFinite(exp) || exp * 1000 <= now) throw new TwilioError(20104)
  const start = claims.nbf ?? claims.iat ?? now / 1000
  if (typeof start !== 'number' || exp - start > MAX_LIFE_SECONDS) throw new TwilioError(20104)
  // Only a stated beginning counts: `iat` of a machine whose clock is a little ahead must not keep anyone out.
  if (typeof claims.nbf === 'number' && claims.nbf * 1000 > now) throw new TwilioError(20105)
  return exp * 1000
}
