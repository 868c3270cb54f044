import { describe, expect, expectTypeOf, it } from 'vitest'
import fc from 'fast-check'
import {
  AccountSidSchema,
  ApiKeySidSchema,
  ParticipantSidSchema,
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
    fc.assert(fc.property(hex32, (digits) => schema.parse(`${prefix}${digits}`) === `${prefix}${digits}`))
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
