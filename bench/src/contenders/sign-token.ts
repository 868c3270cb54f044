import { createHmac, createSecretKey, randomUUID } from 'node:crypto'
import { CREDENTIALS } from './work.ts'

/** What `auth.getToken` takes and gives, for contenders that sign with `node:crypto` as its documentation says. */
export type TokenInput = { userId: string; roomSid: string; ttlSeconds: number }

const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
const HEADER = Buffer.from('{"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"}').toString('base64url')
const KEY = createSecretKey(Buffer.from(apiKeySecret))

export function signToken({ userId, roomSid, ttlSeconds }: TokenInput): Record<string, unknown> {
  const iat = Math.floor(Date.now() / 1000)
  const claims = {
    jti: `${apiKeySid}-${randomUUID()}`,
    grants: { identity: userId, video: { room: roomSid } },
    iat,
    exp: iat + ttlSeconds,
    iss: apiKeySid,
    sub: accountSid,
  }
  const text = `${HEADER}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`
  const token = `${text}.${createHmac('sha256', KEY).update(text).digest('base64url')}`
  return { userId, roomSid, token, expiresAt: new Date(claims.exp * 1000).toISOString(), connectOptions: {} }
}
