import { createHmac, createSecretKey, randomUUID } from 'node:crypto'
import type { TwilioCredentials } from './credentials.ts'
import { toInstant } from './instant.ts'

/** Signs what it is asked: no request to Twilio, no look-up. */
export type AccessTokenSigner = (grant: AccessTokenGrant) => SignedAccessToken

/** `room` is a SID or a name; `ttlSeconds` whole seconds, 1–86,400 (Twilio error 20157 beyond). */
export type AccessTokenGrant = { identity: string; room: string; ttlSeconds: number }
export type SignedAccessToken = { token: string; expiresAt: string }

const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"}').toString('base64url')

/**
 * Makes a signer of Twilio Video access tokens: HS256, the header and claims of `AccessToken` with a
 * `VideoGrant` in Twilio's own package. Only `jti` differs: Twilio's repeats within one second, ours never.
 * The secret becomes a key once, here. Signed by hand: HS256 is one HMAC (RFC 7515, appendix A.1), and a library
 * for it took longer to load, and to sign, than everything else about a token.
 *
 * @param now milliseconds since the epoch; the clock by default.
 * Source: Twilio "Access Tokens"; `twilio/lib/jwt/AccessToken.js`.
 */
export function createAccessTokenSigner(
  { accountSid, apiKeySid, apiKeySecret }: Pick<TwilioCredentials, 'accountSid' | 'apiKeySid' | 'apiKeySecret'>,
  now: () => number = Date.now,
): AccessTokenSigner {
  const key = createSecretKey(Buffer.from(apiKeySecret))
  const formatExpiry = createExpiryFormat()
  return ({ identity, room, ttlSeconds }) => {
    const iat = Math.floor(now() / 1000)
    const exp = iat + ttlSeconds
    const claims = {
      jti: `${apiKeySid}-${randomUUID()}`,
      grants: { identity, video: { room } },
      iat,
      exp,
      iss: apiKeySid,
      sub: accountSid,
    }
    const signed = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
    const token = `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`
    return { token, expiresAt: formatExpiry(exp) }
  }
}

/** Tokens signed within one second mostly expire within one; writing that date takes as long as checking an input. */
function createExpiryFormat(): (expSeconds: number) => string {
  let lastSeconds = -1
  let lastText = ''
  return (expSeconds) => {
    if (expSeconds !== lastSeconds) {
      lastSeconds = expSeconds
      lastText = toInstant(new Date(expSeconds * 1000))
    }
    return lastText
  }
}
