import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { IdentitySchema, countTwilioCharacters, formatGuestIdentity, isGuestIdentity, parseGuestName } from './index.ts'

function messages(value: unknown): string[] {
  return IdentitySchema.safeParse(value).error?.issues.map((issue) => issue.message) ?? []
}

describe('an identity', () => {
  it.each(['Beyoncé', '李雷', '🎸🥁', 'a', 'alice@example.com', "O'Brien; drop table", 'x'.repeat(128)])(
    'may be %s',
    (identity) => {
      expect(IdentitySchema.parse(identity)).toBe(identity)
    },
  )

  it('counts characters outside ASCII as two', () => {
    expect(countTwilioCharacters('Beyoncé')).toBe(8)
    expect(countTwilioCharacters('🎸')).toBe(2)
    expect(messages('é'.repeat(64))).toEqual([])
    expect(messages('é'.repeat(65))).toEqual([
      'an identity must be at most 128 characters; those outside ASCII count as two',
    ])
    expect(messages('x'.repeat(129))).toHaveLength(1)
  })

  it('is refused when empty, no string, not valid UTF-8, or able to forge a log line', () => {
    expect(messages('')).toEqual(['an identity must not be empty'])
    expect(messages(7)).toHaveLength(1)
    expect(messages('\ud800')).toEqual(['an identity must be valid UTF-8'])
    for (const forged of ['a\nb', 'a\rb', 'a\u0000', '\u001b[31m', 'a\u2028b']) {
      expect(messages(forged)).toEqual(['an identity must not hold control characters'])
    }
  })

  it('is either accepted unchanged or refused with one reason, whatever the input', () => {
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.string({ unit: 'binary', maxLength: 200 })), (value) => {
        const result = IdentitySchema.safeParse(value)
        return result.success ? result.data === value : result.error.issues.length === 1
      }),
    )
  })
})

describe("a guest's identity", () => {
  it('carries the chosen name, and cannot be a user’s', () => {
    const identity = formatGuestIdentity('Ana: the 2nd', '1f3a9c')
    expect(identity).toBe('guest:Ana: the 2nd:1f3a9c')
    expect(parseGuestName(identity)).toBe('Ana: the 2nd')
    expect(isGuestIdentity(identity)).toBe(true)
    expect(parseGuestName('Ana')).toBeNull()
    expect(parseGuestName('guest:')).toBeNull()
    expect(isGuestIdentity('guest')).toBe(false)
  })
})
