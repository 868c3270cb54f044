import { describe, expect, test } from 'vitest'
import { WORLDS, createWorld } from './setup.ts'

describe.each(WORLDS)('recording rules ($way, $mode)', (options) => {
  test('say what of a room is recorded, and take the place of those before', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'a/b recorded' })
    const before = await world.query('recordingRules.get', { roomSid: 'a/b recorded' })
    expect(before.data).toEqual({
      roomSid: room.sid,
      rules: [{ type: 'exclude', all: true }],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.any(String),
    })
    const rules = [
      { type: 'include', kind: 'audio' },
      { type: 'exclude', publisher: 'Beyoncé', track: 'mic' },
    ]
    const updated = await world.mutate('recordingRules.update', { roomSid: room.sid, rules })
    expect(updated.data).toMatchObject({ roomSid: room.sid, rules })
    expect((await world.query('recordingRules.get', { roomSid: room.sid })).data.rules).toEqual(rules)
    const atTwilio = await (await world.sdk()).video.v1.rooms(room.sid).recordingRules.fetch()
    expect(atTwilio.rules).toMatchObject(rules)
  })

  test('are refused where Twilio would refuse them', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', {})
    const wrong: unknown[] = [
      [],
      [{ type: 'include' }],
      [{ type: 'include', all: false }],
      [{ type: 'include', all: true, kind: 'audio' }],
      [{ type: 'include', kind: 'data' }],
      [{ type: 'other', all: true }],
      [{ all: true }],
      [{ type: 'include', publisher: '' }],
      Array.from({ length: 21 }, () => ({ type: 'include', all: true })),
    ]
    for (const rules of wrong) {
      const { status, error } = await world.mutate('recordingRules.update', { roomSid: room.sid, rules })
      expect([JSON.stringify(rules), status, error?.data.roomkey.code]).toEqual([
        JSON.stringify(rules),
        400,
        'INVALID_INPUT',
      ])
    }
    await world.mutate('rooms.complete', { sid: room.sid })
    const rules = [{ type: 'include', all: true }]
    const late = await world.mutate('recordingRules.update', { roomSid: room.sid, rules })
    expect(late.error?.data.roomkey).toMatchObject({ code: 'ROOM_COMPLETED', twilioCode: 53118 })
    const missing = await world.query('recordingRules.get', { roomSid: `RM${'0'.repeat(32)}` })
    expect(missing.error?.data.roomkey.code).toBe('ROOM_NOT_FOUND')
  })
})
