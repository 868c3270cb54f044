import { ParticipantSchema } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { WORLDS, createWorld } from './setup.ts'

describe.each(WORLDS)('participants ($way, $mode)', (options) => {
  test('lists who is in a room, page by page, and finds each by SID and identity', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'stand-up' })
    const emulator = await world.emulator()
    for (const identity of ['Beyoncé', 'a/b?c#d%', '..']) await emulator.addBot({ room: 'stand-up', identity })

    const first = await world.query('participants.list', { roomSid: room.sid, limit: 2 })
    expect(first.data.participants).toHaveLength(2)
    const second = await world.query('participants.list', {
      roomSid: room.sid,
      limit: 2,
      cursor: first.data.nextCursor,
    })
    const everyone = [...first.data.participants, ...second.data.participants]
    expect(second.data.nextCursor).toBeNull()
    expect(new Set(everyone.map(({ identity }) => identity))).toEqual(new Set(['Beyoncé', 'a/b?c#d%', '..']))

    for (const participant of everyone) {
      ParticipantSchema.parse(participant)
      expect(participant).toMatchObject({ roomSid: room.sid, status: 'connected', leftAt: null, duration: null })
      for (const ref of [participant.sid, participant.identity]) {
        const { data } = await world.query('participants.get', { roomSid: 'stand-up', participant: ref })
        expect(data).toEqual(participant)
      }
    }
  })

  test('removes a participant', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'party' })
    const emulator = await world.emulator()
    await emulator.addBot({ room: 'party', identity: 'Mallory' })
    const { status, data } = await world.mutate('participants.remove', { roomSid: 'party', participant: 'Mallory' })
    expect(status).toBe(200)
    expect(data).toMatchObject({ identity: 'Mallory', status: 'disconnected', roomSid: room.sid })
    expect(data.leftAt).toEqual(expect.any(String))
    expect((await world.query('participants.list', { roomSid: 'party' })).data.participants).toEqual([])
    const { data: gone } = await world.query('participants.list', { roomSid: 'party', status: 'disconnected' })
    expect(gone.participants).toHaveLength(1)
    const again = await world.mutate('participants.remove', { roomSid: 'party', participant: 'Mallory' })
    expect(again.error?.data.roomkey.code).toBe('PARTICIPANT_NOT_FOUND')
    expect(again.error?.message).toContain('Mallory')
  })

  test('removes a participant whose identity no address can hold', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'dots' })
    await (await world.emulator()).addBot({ room: 'dots', identity: '.' })
    const removal = { roomSid: 'dots', participant: '.' }
    const { data } = await world.mutate('participants.remove', removal)
    expect(data).toMatchObject({ identity: '.', status: 'disconnected', roomSid: room.sid })
    const again = await world.mutate('participants.remove', removal)
    expect(again.error?.data.roomkey.code).toBe('PARTICIPANT_NOT_FOUND')
    expect(again.error?.message).toMatch(/"\."/)
  })

  test('tells a missing room from a missing participant where Twilio does', async () => {
    await using world = await createWorld(options)
    const list = await world.query('participants.list', { roomSid: 'nowhere' })
    expect(list.status).toBe(404)
    expect(list.error?.data.roomkey.code).toBe('ROOM_NOT_FOUND')
    await world.mutate('rooms.create', { roomName: 'somewhere' })
    const get = await world.query('participants.get', { roomSid: 'somewhere', participant: 'nobody' })
    expect(get.status).toBe(404)
    expect(get.error?.data.roomkey.code).toBe('PARTICIPANT_NOT_FOUND')
    expect(get.error?.message).toMatch(/nobody.*somewhere/)
  })

  test('ends everyone’s stay with the room', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'last call' })
    await (await world.emulator()).addBot({ room: 'last call', identity: 'Bo' })
    await world.mutate('rooms.complete', { sid: room.sid })
    const { data } = await world.query('participants.list', { roomSid: room.sid })
    expect(data.participants).toMatchObject([{ identity: 'Bo', status: 'disconnected' }])
  })
})
