import { createHmac } from 'node:crypto'
import type { Contender } from '../contender.ts'
import { roomkey } from './roomkey.ts'
import { INPUT, JSON_HEADERS, TWILIO_ENVIRONMENT } from './work.ts'

/** Of the team's sign-in. */
export const SIGN_IN_SECRET = 'the-sign-in-of-the-team-32-bytes-or-more'

/** Roomkey with Twilio credentials, callers known by a JWT that was verified once before. */
export const roomkeyJwt: Contender = {
  ...roomkey,
  name: 'roomkey-jwt',
  title: 'Roomkey, JWT sign-in',
  env: {
    ...TWILIO_ENVIRONMENT,
    AUTH_JWT_SECRET: SIGN_IN_SECRET,
  },
  storesFiles: true,
  mint: {
    ...roomkey.mint,
    headers: { ...JSON_HEADERS, authorization: `Bearer ${signUser(INPUT.userId)}` },
  },
}

/** A token of the team's sign-in, good for a day. */
export function signUser(sub: string, { roles = ['admin'], secret = SIGN_IN_SECRET } = {}): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 86_400
  const text = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub, exp, roles })}`
  return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
}
