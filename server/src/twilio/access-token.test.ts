import { createHmac } from 'node:crypto'
import { IdentitySchema } from '@roomkey/shared'
import fc from 'fast-check'
import twilio from 'twilio'
import { anyText } from '../../test/any-text.ts'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createAccessTokenSigner } from './access-token.ts'

const account = {
  accountSid: `AC${'1'.repeat(32)}`,
  apiKeySid: `SK${'2'.repeat(32)}`,
  apiKeySecret: 'a-secret-for-tests-é',
}
const sign = createAccessTokenSigner(account, () => Date.now())

type Grant = { identity: string; room: string; ttlSeconds: number }

afterEach(() => {
  vi.useRealTimers()
})

describe('access tokens', () => {
  test.each<Grant>([
    { identity: 'alice', room: `RM${'3'.repeat(32)}`, ttlSeconds: 14_400 },
    { identity: 'Beyoncé', room: 'Montag – 9 Uhr', ttlSeconds: 1 },
    { identity: '🎤'.repeat(64), room: '🚪'.repeat(64), ttlSeconds: 86_400 },
    { identity: '山田 太郎', room: '"quoted" \\ / <b>', ttlSeconds: 3600 },
    { identity: '1234567890', room: '0', ttlSeconds: 86_399 },
    { identity: 'a'.repeat(128), room: 'r'.repeat(128), ttlSeconds: 2 },
  ])('equal those of Twilio’s own package: $identity, $ttlSeconds s', (grant) => {
    expectAgreement(grant, 1_795_492_800_123)
  })

  test('equal those of Twilio’s own package for any identity, room, lifetime and instant', () => {
    const text = anyText(40).filter((s) => IdentitySchema.safeParse(s).success)
    const instant = fc.integer({ min: 1_600_000_000_000, max: 4_000_000_000_000 })
    fc.assert(
      fc.property(text, text, fc.integer({ min: 1, max: 86_400 }), instant, (identity, room, ttlSeconds, now) => {
        expectAgreement({ identity, room, ttlSeconds }, now)
      }),
      { numRuns: 100 },
    )
  })

  test('are one exact vector under a frozen clock, but for the unique id', () => {
    const frozen = createAccessTokenSigner(account, () => 1_700_000_000_999)
    const { token, expiresAt } = frozen({ identity: 'Beyoncé', room: 'RM1', ttlSeconds: 60 })
    expect(expiresAt).toBe('2023-11-14T22:14:20Z')
    const [header, payload, signature] = token.split('.')
    expect(decode(header)).toBe('{"alg":"HS256","typ":"JWT","cty":"twilio-fpa;v=1"}')
    expect(decode(payload).replace(/"jti":"[^"]*"/, '"jti":"…"')).toBe(
      '{"jti":"…","grants":{"identity":"Beyoncé","video":{"room":"RM1"}},"iat":1700000000,"exp":1700000060,' +
        `"iss":"${account.apiKeySid}","sub":"${account.accountSid}"}`,
    )
    expect(signature).toBe(
      createHmac('sha256', account.apiKeySecret).update(`${header}.${payload}`).digest('base64url'),
    )
  })

  test('never repeat an id, not even within one second', () => {
    const frozen = createAccessTokenSigner(account, () => 1_700_000_000_000)
    const ids = Array.from(
      { length: 2_000 },
      () => claims(frozen({ identity: 'a', room: 'r', ttlSeconds: 1 }).token).jti,
    )
    expect(new Set(ids).size).toBe(ids.length)
    for (const id of ids.slice(0, 100)) expect(id).toMatch(/^SK2{32}-./)
  })
})

/** Signs one grant with both packages at one instant: same header, same claims, and each verifies under one secret. */
function expectAgreement(grant: Grant, now: number): void {
  if (!vi.isFakeTimers()) vi.useFakeTimers({ toFake: ['Date'] })
  vi.setSystemTime(now)
  const ours = sign(grant)
  const theirs = signWithTwilio(grant)
  expect(decode(ours.token.split('.')[0])).toBe(decode(theirs.split('.')[0]))
  const { jti, ...rest } = claims(ours.token)
  const { jti: theirJti, ...theirRest } = claims(theirs)
  expect(rest).toEqual(theirRest)
  expect(Object.keys(claims(ours.token)).toSorted()).toEqual(Object.keys(claims(theirs)).toSorted())
  expect(jti.startsWith(`${account.apiKeySid}-`)).toBe(true)
  expect(theirJti.startsWith(`${account.apiKeySid}-`)).toBe(true)
  expect(Date.parse(ours.expiresAt)).toBe(rest.exp * 1000)
  expect(rest.exp - rest.iat).toBe(grant.ttlSeconds)
}

function signWithTwilio({ identity, room, ttlSeconds }: Grant): string {
  const { AccessToken } = twilio.jwt
  const { accountSid, apiKeySid, apiKeySecret } = account
  const token = new AccessToken(accountSid, apiKeySid, apiKeySecret, { identity, ttl: ttlSeconds })
  token.addGrant(new AccessToken.VideoGrant({ room }))
  return token.toJwt()
}

function claims(token: string): { jti: string; iat: number; exp: number } {
  return JSON.parse(decode(token.split('.')[1])) as { jti: string; iat: number; exp: number }
}

function decode(part: string | undefined): string {
  return Buffer.from(part ?? '', 'base64url').toString()
}
