import { createHmac } from 'node:crypto'
import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { checkRoomGrant, createAccessTokenVerifier } from './access-token.ts'
import { createManualClock } from './clock.ts'

const keys = { accountSid: `AC${'1'.repeat(32)}`, apiKeySid: `SK${'2'.repeat(32)}`, apiKeySecret: 'secret' }
const now = Date.now()
const clock = createManualClock(new Date(now))
const verify = createAccessTokenVerifier(keys, clock)
const seconds = Math.floor(now / 1000)

const header = { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' }
const claims = {
  jti: 'x',
  iss: keys.apiKeySid,
  sub: keys.accountSid,
  iat: seconds,
  exp: seconds + 3600,
  grants: { identity: 'alice', video: { room: 'studio' } },
}

describe('createAccessTokenVerifier', () => {
  it("reads what twilio's own AccessToken signs", () => {
    const token = new twilio.jwt.AccessToken(keys.accountSid, keys.apiKeySid, keys.apiKeySecret, {
      identity: 'Beyoncé',
      ttl: 60,
    })
    token.addGrant(new twilio.jwt.AccessToken.VideoGrant({ room: 'studio' }))
    expect(verify(token.toJwt())).toMatchObject({ identity: 'Beyoncé', room: 'studio' })
  })

  it('reads a grant without a room as good for any', () => {
    expect(verify(sign({ ...claims, grants: { identity: 'alice', video: {} } }))).toEqual({
      identity: 'alice',
      room: null,
      expiresAt: (seconds + 3600) * 1000,
    })
  })

  it.each([
    ['what is no text', 42, 20101],
    ['what is no token', 'abc', 20101],
    ['three parts that are no JSON', 'a.b.c', 20101],
    ['a huge text', 'a'.repeat(1_000_000), 20101],
    ['another algorithm', sign(claims, { ...header, alg: 'HS512' }), 20102],
    ['no algorithm', sign(claims, { ...header, alg: 'none' }), 20102],
    ['a header without cty', sign(claims, { alg: 'HS256', typ: 'JWT' }), 20102],
    ['an unknown key', sign({ ...claims, iss: `SK${'3'.repeat(32)}` }, header, 'other'), 20103],
    ['another account', sign({ ...claims, sub: `AC${'3'.repeat(32)}` }), 20103],
    ['a wrong secret', sign(claims, header, 'other'), 20107],
    ['an expired token with a wrong secret', sign({ ...claims, exp: 1 }, header, 'other'), 20107],
    ['an expired token', sign({ ...claims, exp: seconds }), 20104],
    ['a token without an end', sign({ ...claims, exp: undefined }), 20104],
    ['a life of more than 24 hours', sign({ ...claims, exp: seconds + 86_401 }), 20104],
    ['a beginning in the future', sign({ ...claims, nbf: seconds + 60 }), 20105],
    ['no grants', sign({ ...claims, grants: undefined }), 20106],
    ['no video grant', sign({ ...claims, grants: { identity: 'alice' } }), 20106],
    ['a room that is no text', sign({ ...claims, grants: { identity: 'alice', video: { room: 1 } } }), 20106],
    ['no identity', sign({ ...claims, grants: { video: {} } }), 53200],
    ['an empty identity', sign({ ...claims, grants: { identity: '', video: {} } }), 53200],
    ['a long identity', sign({ ...claims, grants: { identity: 'x'.repeat(129), video: {} } }), 53201],
    [
      'a long identity of double-byte characters',
      sign({ ...claims, grants: { identity: 'é'.repeat(65), video: {} } }),
      53201,
    ],
    ['an identity that is no UTF-8', sign({ ...claims, grants: { identity: '\ud800', video: {} } }), 53202],
  ])('refuses %s', (_what, token, code) => {
    expect(() => verify(token)).toThrow(expect.objectContaining({ code }))
  })

  it('accepts a life of exactly 24 hours and identities of 128 characters', () => {
    expect(verify(sign({ ...claims, exp: seconds + 86_400 })).identity).toBe('alice')
    const identity = 'x'.repeat(128)
    expect(verify(sign({ ...claims, grants: { identity, video: {} } })).identity).toBe(identity)
  })
})

describe('checkRoomGrant', () => {
  const room = { sid: `RM${'4'.repeat(32)}`, name: 'studio' }
  const token = (granted: string | null) => ({ identity: 'alice', room: granted, expiresAt: 0 })

  it('lets in by name, by SID, and where no room is granted', () => {
    for (const granted of [room.name, room.sid, null]) expect(() => checkRoomGrant(token(granted), room)).not.toThrow()
  })

  it('keeps out who is granted another room', () => {
    expect(() => checkRoomGrant(token('other'), room)).toThrow(expect.objectContaining({ code: 20106 }))
  })
})

function sign(payload: object, head: object = header, secret: string = keys.apiKeySecret): string {
  const input = [head, payload].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`
}
