import { randomUUID } from 'node:crypto'
import type { TwilioCredentials } from './credentials.ts'
import { createHs256 } from './hs256.ts'
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
 * Written by hand: a library for it took longer to load, and to sign, than everything else about a token, and of the
 * claims only four change from one token to the next.
 *
 * @param now milliseconds since the epoch; the clock by default.
 * Source: Twilio "Access Tokens"; `twilio/lib/jwt/AccessToken.js`.
 */
export function createAccessTokenSigner(
  { accountSid, apiKeySid, apiKeySecret }: Pick<TwilioCredentials, 'accountSid' | 'apiKeySid' | 'apiKeySecret'>,
  now: () => number = Date.now,
): AccessTokenSigner {
  const sign = createHs256(apiKeySecret)
  const formatExpiry = createExpiryFormat()
  const head = JSON.stringify({ jti: `${apiKeySid}-` }).slice(0, -'"}'.length)
  const tail = `,${JSON.stringify({ iss: apiKeySid, sub: accountSid }).slice(1)}`
  return ({ identity, room, ttlSeconds }) => {
    const iat = Math.floor(now() / 1000)
    const exp = iat + ttlSeconds
    const grants = `{"identity":${JSON.stringify(identity)},"video":{"room":${JSON.stringify(room)}}}`
    const claims = `${head}${randomUUID()}","grants":${grants},"iat":${iat},"exp":${exp}${tail}`
    const signed = `${HEADER}.${Buffer.from(claims).toString('base64url')}`
    return { token: `${signed}.${sign(signed)}`, expiresAt: formatExpiry(exp) }
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
