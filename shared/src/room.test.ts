import { describe, expect, it } from 'vitest'
import { CreateRoomInputSchema, GetTokenInputSchema, ListRoomsInputSchema, RoomNameSchema } from './index.ts'

function fieldsAtFault(
  schema: { safeParse(value: unknown): { error?: { issues: { path: PropertyKey[] }[] } } },
  value: unknown,
) {
  return schema.safeParse(value).error?.issues.map((issue) => issue.path.join('.')) ?? []
}

describe('a room name', () => {
  it('may be any text of 1–128 characters, slashes and emoji included', () => {
    for (const name of ['standup', 'a/b?c#d%', '🎉', '../..', ' ']) expect(RoomNameSchema.parse(name)).toBe(name)
  })

  it('may not look like a room SID', () => {
    expect(RoomNameSchema.safeParse('RM0123456789abcdef0123456789abcdef').success).toBe(false)
  })
})

describe('rooms.create', () => {
  it('takes an empty input: every field has a default', () => {
    expect(CreateRoomInputSchema.parse({})).toEqual({})
  })

  it.each([
    ['maxParticipants', 1, 50],
    ['maxParticipantDuration', 600, 86_400],
    ['emptyRoomTimeout', 1, 60],
    ['unusedRoomTimeout', 1, 60],
  ])('takes %s from %i to %i, whole numbers only', (field, min, max) => {
    for (const ok of [min, max]) expect(fieldsAtFault(CreateRoomInputSchema, { [field]: ok })).toEqual([])
    for (const bad of [min - 1, max + 1, min + 0.5, String(min), null, NaN]) {
      expect(fieldsAtFault(CreateRoomInputSchema, { [field]: bad })).toEqual([field])
    }
  })

  it('refuses fields it does not know, a callback address first of all', () => {
    expect(CreateRoomInputSchema.safeParse({ statusCallback: 'https://evil.example' }).error?.issues[0]).toMatchObject({
      code: 'unrecognized_keys',
      keys: ['statusCallback'],
    })
    expect(CreateRoomInputSchema.safeParse(JSON.parse('{"__proto__":{"x":1}}')).success).toBe(false)
  })
})

describe('rooms.list', () => {
  it('answers with 20 rooms in progress when nothing is asked', () => {
    expect(ListRoomsInputSchema.parse(undefined)).toEqual({ status: 'in-progress', limit: 20 })
    expect(ListRoomsInputSchema.parse({})).toEqual({ status: 'in-progress', limit: 20 })
  })

  it('names each field at fault', () => {
    expect(
      fieldsAtFault(ListRoomsInputSchema, { status: 'open', createdAfter: 'yesterday', limit: 0, cursor: '' }),
    ).toEqual(['status', 'createdAfter', 'limit', 'cursor'])
  })
})

describe('auth.getToken', () => {
  it('lasts four hours when nothing else is asked', () => {
    expect(GetTokenInputSchema.parse({ userId: 'alice', roomSid: 'standup' }).ttlSeconds).toBe(14_400)
  })

  it('takes 1 second to 24 hours', () => {
    const withTtl = (ttlSeconds: number) =>
      fieldsAtFault(GetTokenInputSchema, { userId: 'a', roomSid: 'r', ttlSeconds })
    expect([1, 86_400].flatMap(withTtl)).toEqual([])
    expect([0, 86_401, -1, 1.5].map(withTtl)).toEqual([['ttlSeconds'], ['ttlSeconds'], ['ttlSeconds'], ['ttlSeconds']])
  })

  it('needs a room or an invitation', () => {
    expect(fieldsAtFault(GetTokenInputSchema, { userId: 'alice' })).toEqual(['roomSid'])
    expect(fieldsAtFault(GetTokenInputSchema, { userId: 'alice', invite: `inv_${'a'.repeat(43)}` })).toEqual([])
  })
})
