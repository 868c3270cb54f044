import { describe, expect, it } from 'vitest'
import { createWorld, errorOf, form } from './world.ts'

describe('recording rules', () => {
  it('exclude everything, unless the room records on connect', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const quiet = await rooms.create()
    const recorded = await rooms.create({ recordParticipantsOnConnect: true })
    const response = await world.request(`/Rooms/${quiet.sid}/RecordingRules`)
    expect(await response.json()).toEqual({
      room_sid: quiet.sid,
      rules: [{ type: 'exclude', all: true }],
      date_created: '2026-01-01T00:00:00Z',
      date_updated: '2026-01-01T00:00:00Z',
    })
    expect((await rooms(recorded.sid).recordingRules.fetch()).rules).toEqual([{ type: 'include', all: true }])
  })

  it('start and stop recordings, each a new one', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create()
    const alice = await world.emulator.addBot({
      room: sid,
      identity: 'alice',
      tracks: [{ kind: 'audio', name: 'mic' }],
    })
    alice.publish({ kind: 'data', name: 'chat' })
    expect(await rooms(sid).recordings.list()).toEqual([])
    // Twilio's own suite sends the truth as a text.
    await world.request(`/Rooms/${sid}/RecordingRules`, form({ Rules: '[{"type":"include","all":"true"}]' }))
    const [recording] = await rooms(sid).recordings.list()
    expect(recording).toMatchObject({ status: 'processing', type: 'audio', trackName: 'mic', roomSid: sid })
    world.clock.advance(2500)
    const rules = await rooms(sid).recordingRules.update({ rules: [{ type: 'exclude', publisher: 'alice' }] })
    expect(rules.rules).toEqual([{ type: 'exclude', publisher: 'alice' }])
    expect(
      await rooms(sid)
        .recordings(recording?.sid ?? '')
        .fetch(),
    ).toMatchObject({ status: 'completed', duration: 3 })
    await rooms(sid).recordingRules.update({ rules: [{ type: 'include', kind: 'audio' }] })
    expect(await rooms(sid).recordings.list()).toHaveLength(2)
  })

  it('are refused when they break the grammar, and when the room is over', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create()
    for (const rules of [[], [{ type: 'include', kind: 'data' }], [{ type: 'include' }], 'x', null]) {
      expect(await errorOf(rooms(sid).recordingRules.update({ rules }))).toEqual({ status: 400, code: 53120 })
    }
    expect(await errorOf(rooms(sid).recordingRules.update())).toEqual({ status: 400, code: 53120 })
    await rooms(sid).update({ status: 'completed' })
    const rules = [{ type: 'include', all: true }]
    expect(await errorOf(rooms(sid).recordingRules.update({ rules }))).toEqual({ status: 400, code: 53118 })
    const { sid: p2p } = await rooms.create({ type: 'peer-to-peer' })
    expect(await errorOf(rooms(p2p).recordingRules.update({ rules }))).toEqual({ status: 400, code: 53122 })
  })
})

describe('recordings', () => {
  it('are records of what was recorded, without media', async () => {
    await using world = await createWorld()
    const { video } = world.client
    const { sid: roomSid } = await video.v1.rooms.create({ recordParticipantsOnConnect: true })
    const tracks = [
      { kind: 'audio', name: 'mic' },
      { kind: 'video', name: 'camera' },
    ] as const
    const alice = await world.emulator.addBot({ room: roomSid, identity: 'alice', tracks })
    world.clock.advance(10_000)
    await video.v1.rooms(roomSid).update({ status: 'completed' })

    const all = await video.v1.recordings.list()
    expect(all.map(({ type, codec, containerFormat, status }) => [type, codec, containerFormat, status])).toEqual([
      ['video', 'VP8', 'mkv', 'completed'],
      ['audio', 'OPUS', 'mka', 'completed'],
    ])
    expect(await video.v1.recordings.list({ mediaType: 'audio' })).toHaveLength(1)
    expect(await video.v1.recordings.list({ groupingSid: [roomSid, alice.sid] })).toHaveLength(2)
    expect(await video.v1.recordings.list({ groupingSid: [`RM${'0'.repeat(32)}`] })).toEqual([])
    expect(await video.v1.recordings.list({ sourceSid: all[0]?.sourceSid })).toHaveLength(1)
    const sid = all[0]?.sid ?? ''
    expect(await video.v1.recordings(sid).fetch()).toMatchObject({
      duration: 10,
      groupingSids: { room_sid: roomSid, participant_sid: alice.sid },
      statusCallbackMethod: 'POST',
    })
    expect((await world.request(`/Recordings/${sid}/Media`)).status).toBe(404)

    expect(await video.v1.recordings(sid).remove()).toBe(true)
    expect(await video.v1.recordings.list()).toHaveLength(1)
    expect((await video.v1.recordings.list({ status: 'deleted' })).map((recording) => recording.sid)).toEqual([sid])
    expect(await video.v1.rooms(roomSid).recordings.list({ status: 'completed' })).toHaveLength(1)
    expect(await errorOf(video.v1.rooms('standup').recordings.list())).toMatchObject({ code: 20404 })
  })
})
