import { describe, expect, expectTypeOf, it } from 'vitest'
import fc from 'fast-check'
import {
  AccountSidSchema,
  ApiKeySidSchema,
  IdentitySchema,
  ParticipantRefSchema,
  ParticipantSidSchema,
  RoomRefSchema,
  RoomSidSchema,
  TrackSidSchema,
  isRoomSid,
  type ParticipantSid,
  type RoomSid,
} from './index.ts'

const schemas = {
  AC: AccountSidSchema,
  SK: ApiKeySidSchema,
  RM: RoomSidSchema,
  PA: ParticipantSidSchema,
  MT: TrackSidSchema,
}
const hex32 = fc.stringMatching(/^[0-9a-fA-F]{32}$/)

describe.each(Object.entries(schemas))('a SID of kind %s', (prefix, schema) => {
  it('is its prefix and 32 hexadecimal digits, in either case', () => {
    // A credential is passed on as it is; what lives in rooms has one form, for it is compared and looked up.
    const isCredential = prefix === 'AC' || prefix === 'SK'
    fc.assert(
      fc.property(hex32, (digits) => {
        const form = isCredential ? digits : digits.toLowerCase()
        return schema.parse(`${prefix}${digits}`) === `${prefix}${form}`
      }),
    )
  })

  it('is refused with another prefix, length, alphabet or a line break at its end', () => {
    const digits = '0123456789abcdef0123456789abcdef'
    for (const other of Object.keys(schemas)) {
      if (other !== prefix) expect(schema.safeParse(`${other}${digits}`).success).toBe(false)
    }
    for (const wrong of ['', prefix, `${prefix}${digits}0`, `${prefix}${digits.slice(1)}`, `${prefix}${digits}\n`]) {
      expect(schema.safeParse(wrong).success).toBe(false)
    }
    expect(schema.safeParse(`${prefix}${digits.replace('0', 'g')}`).success).toBe(false)
  })
})

describe('a reference', () => {
  it('has the one form of a SID, and is left alone where it is a name', () => {
    const digits = 'ABCDEF0123456789abcdef0123456789'
    expect(RoomRefSchema.parse(`RM${digits}`)).toBe(`RM${digits.toLowerCase()}`)
    expect(ParticipantRefSchema.parse(`PA${digits}`)).toBe(`PA${digits.toLowerCase()}`)
    for (const name of ['Standup', `PA${digits}`, `rm${digits}`, `RM${digits}0`]) {
      expect(RoomRefSchema.parse(name)).toBe(name)
    }
    for (const name of ['Beyoncé', `RM${digits}`, `pa${digits}`]) expect(ParticipantRefSchema.parse(name)).toBe(name)
    // An identity is what the sign-in says it is, to the letter.
    expect(IdentitySchema.parse(`PA${digits}`)).toBe(`PA${digits}`)
  })
})

describe('isRoomSid', () => {
  it('tells a room SID from a room name', () => {
    expect(isRoomSid('RM0123456789abcdef0123456789abcdef')).toBe(true)
    expect(isRoomSid('RMstandup')).toBe(false)
  })
})

describe('SID types', () => {
  it('do not mix', () => {
    expectTypeOf<RoomSid>().not.toExtend<ParticipantSid>()
    expectTypeOf<string>().not.toExtend<RoomSid>()
  })
})
