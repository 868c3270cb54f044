import { RoomSchema } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import { WORLDS, createWorld } from './setup.ts'

describe.each(WORLDS)('rooms ($way, $mode)', (options) => {
  test('creates a room with the settings it is given', async () => {
    await using world = await createWorld(options)
    const { status, data } = await world.mutate('rooms.create', {
      roomName: 'Größenwahn 🎤 a/b?c#d%',
      maxParticipants: 7,
      maxParticipantDuration: 600,
      emptyRoomTimeout: 2,
      unusedRoomTimeout: 3,
      mediaRegion: 'de1',
      videoCodecs: ['VP8'],
      recordParticipantsOnConnect: true,
    })
    expect(status).toBe(200)
    expect(data).toEqual({
      sid: expect.stringMatching(/^RM[0-9a-f]{32}$/),
      name: 'Größenwahn 🎤 a/b?c#d%',
      status: 'in-progress',
      type: 'group',
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      updatedAt: expect.any(String),
      endedAt: null,
      duration: null,
      maxParticipants: 7,
      maxParticipantDuration: 600,
      emptyRoomTimeout: 2,
      unusedRoomTimeout: 3,
      mediaRegion: 'de1',
      videoCodecs: ['VP8'],
      audioOnly: false,
      recordParticipantsOnConnect: true,
      host: null,
      access: 'invited',
    })
    RoomSchema.parse(data)
    const atTwilio = await (await world.sdk()).video.v1.rooms(data.sid).fetch()
    expect(atTwilio).toMatchObject({ uniqueName: data.name, maxParticipants: 7, unusedRoomTimeout: 3 })
  })

  test('creates a room without a name, or without any input, and names it by its SID', async () => {
    await using world = await createWorld(options)
    for (const input of [undefined, {}]) {
      const { data } = await world.mutate('rooms.create', input)
      expect(data.name).toBe(data.sid)
    }
  })

  test('finds a room by SID, and by name while it is in progress', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'a/b?c#d%25 ü' })
    expect((await world.query('rooms.get', { sid: room.sid })).data).toEqual(room)
    expect((await world.query('rooms.get', { sid: 'a/b?c#d%25 ü' })).data).toEqual(room)
    await world.mutate('rooms.complete', { sid: room.sid })
    expect((await world.query('rooms.get', { sid: room.sid })).data).toMatchObject({ status: 'completed' })
    const { status, error } = await world.query('rooms.get', { sid: 'a/b?c#d%25 ü' })
    expect(status).toBe(404)
    expect(error?.data.roomkey).toMatchObject({ code: 'ROOM_NOT_FOUND', twilioCode: 20404 })
    expect(error?.message).toContain('a/b?c#d%25 ü')
  })

  test('never lets a name climb out of its place in the address', async () => {
    await using world = await createWorld(options)
    await world.mutate('rooms.create', { roomName: 'victim' })
    for (const sid of [
      '../Rooms/victim',
      'x/../victim',
      'victim#',
      'victim?Status=completed',
      '%2e%2e/victim',
      './victim',
    ]) {
      const { error } = await world.query('rooms.get', { sid })
      expect(error?.data.roomkey.code, sid).toBe('ROOM_NOT_FOUND')
    }
    for (const sid of ['.', '..']) {
      const { error } = await world.query('rooms.get', { sid })
      expect(error?.data.roomkey, sid).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: 'sid' }] })
    }
  })

  test('completes a room once', async () => {
    await using world = await createWorld(options)
    const { data: room } = await world.mutate('rooms.create', { roomName: 'Friday' })
    const completed = await world.mutate('rooms.complete', { sid: 'Friday' })
    expect(completed.data).toMatchObject({ sid: room.sid, status: 'completed', duration: expect.any(Number) })
    expect(completed.data.endedAt).toEqual(expect.any(String))
    const again = await world.mutate('rooms.complete', { sid: room.sid })
    expect(again.status).toBe(409)
    expect(again.error?.data.roomkey).toMatchObject({ code: 'ROOM_COMPLETED', twilioCode: 53112 })
    expect(again.error?.message).toContain(room.sid)
  })

  test('gives a name to one of two callers who want it at once', async () => {
    await using world = await createWorld(options)
    const answers = await Promise.all([1, 2].map(() => world.mutate('rooms.create', { roomName: 'One of a kind' })))
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 409])
    const refused = answers.find(({ status }) => status === 409)
    expect(refused?.error?.data.roomkey).toMatchObject({ code: 'ROOM_NAME_TAKEN', twilioCode: 53113 })
    expect(refused?.error?.message).toContain('One of a kind')
  })

  test('lists rooms in progress by default, page by page, each once', async () => {
    await using world = await createWorld(options)
    for (let i = 0; i < 45; i++) await world.mutate('rooms.create', { roomName: `room ${i}` })
    await world.mutate('rooms.complete', { sid: 'room 44' })
    const names: string[] = []
    let cursor: string | null | undefined
    const sizes: number[] = []
    do {
      const { data } = await world.query('rooms.list', cursor ? { cursor } : undefined)
      sizes.push(data.rooms.length)
      names.push(...data.rooms.map((room: { name: string }) => room.name))
      cursor = data.nextCursor
    } while (cursor !== null)
    expect(sizes).toEqual([20, 20, 4])
    expect(new Set(names)).toEqual(new Set(Array.from({ length: 44 }, (_, i) => `room ${i}`)))
    expect(names).toHaveLength(44)
  })

  test('lists by status, name and time', async () => {
    await using world = await createWorld(options)
    const { data: first } = await world.mutate('rooms.create', { roomName: 'first' })
    await world.mutate('rooms.create', { roomName: 'second' })
    await world.mutate('rooms.complete', { sid: first.sid })
    const list = async (input: object) => {
      const { data } = await world.query('rooms.list', input)
      return data.rooms.map((room: { name: string }) => room.name)
    }
    expect(await list({})).toEqual(['second'])
    expect(await list({ status: 'completed' })).toEqual(['first'])
    expect(await list({ roomName: 'second' })).toEqual(['second'])
    expect(await list({ roomName: 'first' })).toEqual([])
    expect(await list({ createdBefore: '2020-01-01T00:00:00Z' })).toEqual([])
    expect(await list({ createdAfter: '2020-01-01T00:00:00Z' })).toEqual(['second'])
  })

  test('takes a cursor only for the list it came from', async () => {
    await using world = await createWorld(options)
    for (let i = 0; i < 3; i++) await world.mutate('rooms.create', {})
    const { data } = await world.query('rooms.list', { limit: 1 })
    const cursor: string = data.nextCursor
    expect((await world.query('rooms.list', { limit: 2, cursor })).data.rooms).toHaveLength(2)
    const foreign = [
      { limit: 1, status: 'completed', cursor },
      { limit: 1, roomName: 'x', cursor },
      { limit: 1, cursor: `${cursor}A` },
      { limit: 1, cursor: `A${cursor.slice(1)}` },
      { limit: 1, cursor: Buffer.from('http://example.com/?PageToken=x').toString('base64url') },
      { limit: 1, cursor: 'http://example.com/v1/Rooms?PageToken=x' },
    ]
    for (const input of foreign) {
      const { status, error } = await world.query('rooms.list', input)
      expect(status).toBe(400)
      expect(error?.data.roomkey).toMatchObject({ code: 'INVALID_INPUT', fields: [{ path: 'cursor' }] })
    }
  })
})
