import { describe, expect, it } from 'vitest'
import { createWorld, errorOf, form } from './world.ts'

const speaking = { identity: 'alice', tracks: [{ kind: 'audio', name: 'mic' }] } as const

describe('transcriptions', () => {
  it('begin with the room, if it is to transcribe on connect, and run while somebody is there', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create({
      transcribeParticipantsOnConnect: true,
      transcriptionsConfiguration: { languageCode: 'de-DE', partialResults: true },
    })
    const [listed] = await rooms(sid).transcriptions.list()
    const ttid = listed?.ttid ?? ''
    const response = await world.request(`/Rooms/${sid}/Transcriptions/${ttid}`)
    expect(await response.json()).toEqual({
      ttid: expect.stringMatching(/^video_extension_[0-9a-f-]{36}$/),
      account_sid: world.emulator.credentials.accountSid,
      room_sid: sid,
      source_sid: null,
      status: 'started',
      date_created: '2026-01-01T00:00:00Z',
      date_updated: null,
      start_time: null,
      end_time: null,
      duration: null,
      configuration: { languageCode: 'de-DE', partialResults: 'true' },
      url: `${world.emulator.url}/v1/Rooms/${sid}/Transcriptions/${ttid}`,
    })
    world.clock.advance(5000)
    await world.emulator.addBot({ room: sid, ...speaking })
    world.clock.advance(7000)
    await rooms(sid).update({ status: 'completed' })
    const over = await rooms(sid).transcriptions(ttid).fetch()
    expect(over).toMatchObject({ status: 'stopped', duration: 7 })
    expect(over.startTime).toEqual(new Date('2026-01-01T00:00:05Z'))
    expect(over.endTime).toEqual(new Date('2026-01-01T00:00:12Z'))
  })

  it('are begun, stopped and begun again on demand; a configuration is laid over the one before', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    const { sid } = await rooms.create()
    await world.emulator.addBot({ room: sid, ...speaking })
    expect(await rooms(sid).transcriptions.list()).toEqual([])
    const { ttid } = await rooms(sid).transcriptions.create({ configuration: { languageCode: 'en-GB' } })
    const transcription = rooms(sid).transcriptions(ttid)
    world.clock.advance(3000)
    expect(await transcription.update({ status: 'stopped' })).toMatchObject({ status: 'stopped', duration: 3 })
    world.clock.advance(3000)
    const again = await transcription.update({ status: 'started', configuration: { hints: 'Roomkey' } })
    expect(again).toMatchObject({ status: 'started', configuration: { languageCode: 'en-GB', hints: 'Roomkey' } })
    world.clock.advance(2000)
    expect(await transcription.update({ status: 'stopped' })).toMatchObject({ duration: 5 })
    const response = await world.request(`/Rooms/${sid}/Transcriptions`, form({}))
    expect(response.status).toBe(202)
    expect(await response.json()).toMatchObject({ ttid, status: 'started' })
  })

  it('are refused for what cannot be transcribed', async () => {
    await using world = await createWorld()
    const { rooms } = world.client.video.v1
    expect(await errorOf(rooms.create({ type: 'peer-to-peer', transcribeParticipantsOnConnect: true }))).toEqual({
      status: 400,
      code: 53114,
    })
    const mesh = await rooms.create({ type: 'peer-to-peer' })
    expect(await errorOf(rooms(mesh.sid).transcriptions.create())).toEqual({ status: 400, code: 53114 })
    const over = await rooms.create()
    await rooms(over.sid).update({ status: 'completed' })
    expect(await errorOf(rooms(over.sid).transcriptions.create())).toEqual({ status: 400, code: 53118 })
    const { sid } = await rooms.create()
    expect(await errorOf(rooms(sid).transcriptions('video_extension_x').fetch())).toEqual({ status: 404, code: 20404 })
    const { status } = await world.request(`/Rooms/${sid}/Transcriptions`, form({ Configuration: '[1]' }))
    expect(status).toBe(400)
  })
})
