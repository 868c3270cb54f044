import { describe, expect, it } from 'vitest'
import { createWorld, errorOf, form } from './world.ts'

describe('creating a room', () => {
  it('answers with every field of a real room and Twilio’s defaults', async () => {
    await using world = await createWorld()
    const response = await world.request('/Rooms', form({ UniqueName: 'standup' }))
    expect(response.status).toBe(201)
    const room = (await response.json()) as { sid: string }
    const url = `${world.emulator.url}/v1/Rooms/${room.sid}`
    expect(room).toEqual({
      sid: expect.stringMatching(/^RM[0-9a-f]{32}$/),
      account_sid: world.emulator.credentials.accountSid,
      status: 'in-progress',
      type: 'group',
      unique_name: 'standup',
      date_created: '2026-01-01T00:00:00Z',
      date_updated: '2026-01-01T00:00:00Z',
      end_time: null,
      duration: null,
      max_participants: 50,
      max_participant_duration: 14_400,
      max_concurrent_published_tracks: 170,
      record_participants_on_connect: false,
      video_codecs: ['VP8', 'H264'],
      media_region: 'us1',
      audio_only: false,
      large_room: false,
      enable_turn: true,
      empty_room_timeout: 5,
      unused_room_timeout: 5,
      status_callback: null,
      status_callback_method: 'POST',
      url,
      links: {
        participants: `${url}/Participants`,
        recordings: `${url}/Recordings`,
        recording_rules: `${url}/RecordingRules`,
        transcriptions: `${url}/Transcriptions`,
      },
    })
  })

  it('takes every parameter the SDK can send', async () => {
    await using world = await createWorld()
    const room = await world.client.video.v1.rooms.create({
      uniqueName: 'Beyoncé 🎉',
      type: 'group',
      maxParticipants: 7,
      maxParticipantDuration: 600,
      emptyRoomTimeout: 1,
      unusedRoomTimeout: 60,
      mediaRegion: 'de1',
      videoCodecs: ['H264'],
      largeRoom: true,
      recordParticipantsOnConnect: true,
      recordingRules: [{ type: 'include', all: true }],
      statusCallback: 'https://example.com/hook?x=1',
      statusCallbackMethod: 'GET',
      enableTurn: false,
      transcribeParticipantsOnConnect: true,
    })
    expect(room).toMatchObject({
      uniqueName: 'Beyoncé 🎉',
      maxParticipants: 7,
      maxParticipantDuration: 600,
      emptyRoomTimeout: 1,
      unusedRoomTimeout: 60,
      mediaRegion: 'de1',
      videoCodecs: ['H264'],
      largeRoom: true,
      maxConcurrentPublishedTracks: 16,
      recordParticipantsOnConnect: true,
      statusCallback: 'https://example.com/hook?x=1',
      statusCallbackMethod: 'GET',
      enableTurn: true,
      endTime: null,
      duration: null,
    })
    expect(room.dateCreated).toEqual(new Date('2026-01-01T00:00:00Z'))
  })

  it('gives an audio-only room no video codecs', async () => {
    await using world = await createWorld()
    const room = await world.client.video.v1.rooms.create({ audioOnly: true })
    expect(room).toMatchObject({ audioOnly: true, videoCodecs: [] })
    expect(room.uniqueName).toBe(room.sid)
  })

  it('keeps to the limits of legacy types', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    expect(await rooms.create({ type: 'go' })).toMatchObject({ maxParticipants: 2, maxConcurrentPublishedTracks: 0 })
    expect(await rooms.create({ type: 'peer-to-peer' })).toMatchObject({ type: 'peer-to-peer', maxParticipants: 10 })
    expect(await rooms.create({ type: 'group-small' })).toMatchObject({ maxParticipants: 4 })
  })

  it.each([
    [{ UniqueName: `RM${'0'.repeat(32)}` }, 53100],
    [{ UniqueName: 'n'.repeat(129) }, 53101],
    [{ MaxParticipants: '0' }, 53107],
    [{ MaxParticipants: '51' }, 53107],
    [{ MaxParticipants: '1.5' }, 53107],
    [{ MaxParticipants: 'many' }, 53107],
    [{ Type: 'go', MaxParticipants: '3' }, 53107],
    [{ Type: 'webinar' }, 53108],
    [{ EmptyRoomTimeout: '0' }, 53109],
    [{ EmptyRoomTimeout: '61' }, 53109],
    [{ UnusedRoomTimeout: '-1' }, 53109],
    [{ StatusCallbackMethod: 'PUT' }, 53110],
    [{ StatusCallback: 'not a url' }, 53111],
    [{ StatusCallback: 'ftp://example.com' }, 53111],
    [{ StatusCallback: '/relative' }, 53111],
    [{ StatusCallback: `https://example.com/${'x'.repeat(1004)}` }, 53111],
    [{ Type: 'peer-to-peer', RecordParticipantsOnConnect: 'true' }, 53114],
    [{ MediaRegion: 'mars1' }, 53115],
    [{ RecordingRules: '[]' }, 53120],
    [{ RecordingRules: 'not json' }, 53120],
    [{ MaxParticipantDuration: '599' }, 53123],
    [{ MaxParticipantDuration: '86401' }, 53123],
    [{ Type: 'go', AudioOnly: 'true' }, 53124],
    [{ VideoCodecs: 'AV1' }, 20001],
    [{ LargeRoom: 'perhaps' }, 20001],
  ])('refuses %j with %i', async (fields, code) => {
    await using world = await createWorld()
    const response = await world.request('/Rooms', form(fields))
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      code,
      message: expect.any(String),
      more_info: `https://www.twilio.com/docs/errors/${code}`,
      status: 400,
    })
    expect(await world.client.video.v1.rooms.list()).toEqual([])
  })

  it('refuses a name whose bytes are no UTF-8', async () => {
    await using world = await createWorld()
    const response = await world.request('/Rooms', {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'UniqueName=caf%E9',
    })
    expect(await response.json()).toMatchObject({ code: 53102, status: 400 })
  })

  it('ignores what Twilio ignores: JSON bodies, unknown names, other spellings', async () => {
    await using world = await createWorld()
    const json = await world.request('/Rooms', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"UniqueName":"json"}',
    })
    const spelling = await world.request('/Rooms', form({ unique_name: 'a', uniquename: 'b', Colour: 'red' }))
    for (const response of [json, spelling]) {
      expect(response.status).toBe(201)
      const room = (await response.json()) as { sid: string; unique_name: string }
      expect(room.unique_name).toBe(room.sid)
    }
  })

  it('names a room by its SID when the name is empty, as Twilio’s own test suite sends it', async () => {
    await using world = await createWorld()
    const sids = new Set<string>()
    for (const _ of [1, 2]) {
      const response = await world.request('/Rooms', form({ UniqueName: '', Type: 'group' }))
      expect(response.status).toBe(201)
      const room = (await response.json()) as { sid: string; unique_name: string }
      expect(room.unique_name).toBe(room.sid)
      sids.add(room.sid)
    }
    expect(sids.size).toBe(2)
  })

  it('takes a list of codecs with commas, as Twilio’s own test suite sends it', async () => {
    await using world = await createWorld()
    for (const [sent, codecs] of [
      ['VP8,H264', ['VP8', 'H264']],
      ['H264', ['H264']],
      ['VP8,VP8', ['VP8']],
    ] as const) {
      const response = await world.request('/Rooms', form({ VideoCodecs: sent }))
      expect(await response.json()).toMatchObject({ video_codecs: codecs })
    }
  })

  it('is for more than 50 only where that is allowed, or asked for by name', async () => {
    await using world = await createWorld()
    const asked = await world.client.video.v1.rooms.create({ maxParticipants: 51, largeRoom: true })
    expect(asked).toMatchObject({ maxParticipants: 51, largeRoom: true, maxConcurrentPublishedTracks: 16 })
    await using pilot = await createWorld({ largeRooms: true })
    const large = await pilot.client.video.v1.rooms.create({ maxParticipants: 51 })
    expect(large).toMatchObject({ maxParticipants: 51, largeRoom: true, maxConcurrentPublishedTracks: 16 })
    const usual = await pilot.client.video.v1.rooms.create({ maxParticipants: 50 })
    expect(usual).toMatchObject({ largeRoom: false, maxConcurrentPublishedTracks: 170 })
    const call = pilot.client.video.v1.rooms.create({ maxParticipants: 51, type: 'peer-to-peer' })
    expect(await errorOf(call)).toEqual({ status: 400, code: 53107 })
  })

  it('lets one of two have a name', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const results = await Promise.allSettled([
      rooms.create({ uniqueName: 'standup' }),
      rooms.create({ uniqueName: 'standup' }),
    ])
    expect(results.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    expect(await errorOf(rooms.create({ uniqueName: 'standup' }))).toEqual({ status: 400, code: 53113 })
    expect(await rooms.create({ uniqueName: 'Standup' })).toMatchObject({ uniqueName: 'Standup' })
  })
})

describe('fetching and completing a room', () => {
  it('finds it by SID always, by name while it is in progress', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create({ uniqueName: 'standup' })
    expect((await rooms('standup').fetch()).sid).toBe(sid)
    world.clock.advance(90_500)
    const completed = await rooms('standup').update({ status: 'completed' })
    expect(completed).toMatchObject({ status: 'completed', duration: 90 })
    expect(completed.endTime).toEqual(new Date('2026-01-01T00:01:30Z'))
    expect(await errorOf(rooms('standup').fetch())).toEqual({ status: 404, code: 20404 })
    expect(await rooms(sid).fetch()).toMatchObject({ sid, status: 'completed', uniqueName: 'standup' })
    expect(await errorOf(rooms(sid).update({ status: 'completed' }))).toEqual({ status: 400, code: 53112 })
  })

  it('answers an update with 202, and any other status with 53112', async () => {
    await using world = await createWorld()
    const { sid } = await world.client.video.v1.rooms.create()
    for (const fields of [{}, { Status: 'in-progress' }, { Status: 'Completed' }]) {
      const response = await world.request(`/Rooms/${sid}`, form(fields as Record<string, string>))
      expect(await response.json()).toMatchObject({ code: 53112, status: 400 })
    }
    expect((await world.request(`/Rooms/${sid}`, form({ Status: 'completed' }))).status).toBe(202)
  })

  it('finds names with characters that need encoding', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    for (const uniqueName of ['a/b', 'a?b', 'a#b', '100%', 'é ü', '🎉'.repeat(128), '..', '__proto__', 'constructor']) {
      const { sid } = await rooms.create({ uniqueName })
      const response = await world.request(`/Rooms/${encodeURIComponent(uniqueName).replace('..', '%2E%2E')}`)
      // A dot segment is cut from the URL before it leaves any client.
      if (uniqueName !== '..') expect(await response.json()).toMatchObject({ sid, unique_name: uniqueName })
    }
    expect(await errorOf(rooms('toString').fetch())).toEqual({ status: 404, code: 20404 })
  })

  it('names the missing resource as Twilio does', async () => {
    await using world = await createWorld()
    expect(await (await world.request('/Rooms/x?y=z')).json()).toMatchObject({
      code: 20404,
      message: 'The requested resource /Rooms/x was not found',
      status: 404,
    })
  })

  it('times out without being asked', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create({ unusedRoomTimeout: 2 })
    world.clock.advance(119_999)
    expect((await rooms(sid).fetch()).status).toBe('in-progress')
    world.clock.advance(1)
    expect(await rooms(sid).fetch()).toMatchObject({ status: 'completed', duration: 120 })
  })
})
