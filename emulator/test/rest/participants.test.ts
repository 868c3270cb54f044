import { describe, expect, it } from 'vitest'
import { createWorld, errorOf, form, type World } from './world.ts'

/** A room with alice (audio and video) and bob (audio and data) in it, a second apart. */
async function stage(options: Parameters<typeof createWorld>[0] = {}) {
  const world = await createWorld(options)
  const { sid: roomSid } = await world.client.video.v1.rooms.create({ uniqueName: 'standup' })
  const alice = await world.emulator.addBot({
    room: 'standup',
    identity: 'alice',
    tracks: [
      { kind: 'audio', name: 'mic' },
      { kind: 'video', name: 'camera' },
    ],
  })
  world.clock.advance(1000)
  const bob = await world.emulator.addBot({
    room: 'standup',
    identity: 'Bob Ü/1',
    tracks: [
      { kind: 'audio', name: 'mic' },
      { kind: 'data', name: 'chat' },
    ],
  })
  const room = world.client.video.v1.rooms(roomSid)
  const base = `${world.emulator.url}/v1/Rooms/${roomSid}/Participants`
  return { world, roomSid, room, alice, bob, base, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

async function json(world: World, path: string): Promise<unknown> {
  return (await world.request(path)).json()
}

describe('participants', () => {
  it('show every field, by SID and by identity', async () => {
    await using set = await stage()
    const { world, roomSid, alice, base } = set
    const expected = {
      sid: alice.sid,
      room_sid: roomSid,
      account_sid: world.emulator.credentials.accountSid,
      status: 'connected',
      identity: 'alice',
      date_created: '2026-01-01T00:00:00Z',
      date_updated: '2026-01-01T00:00:00Z',
      start_time: '2026-01-01T00:00:00Z',
      end_time: null,
      duration: null,
      url: `${base}/${alice.sid}`,
      links: {
        published_tracks: `${base}/${alice.sid}/PublishedTracks`,
        subscribed_tracks: `${base}/${alice.sid}/SubscribedTracks`,
        subscribe_rules: `${base}/${alice.sid}/SubscribeRules`,
        anonymize: `${base}/${alice.sid}/Anonymize`,
      },
    }
    expect(await json(world, `/Rooms/${roomSid}/Participants/${alice.sid}`)).toEqual(expected)
    expect(await json(world, '/Rooms/standup/Participants/alice')).toEqual(expected)
    const bob = await set.room.participants(encodeURIComponent('Bob Ü/1')).fetch()
    expect(bob).toMatchObject({ sid: set.bob.sid, endTime: null, duration: null })
  })

  it('are listed newest first: those inside, or after the end all who were', async () => {
    await using set = await stage()
    const { room, alice, bob, world } = set
    const list = async (options = {}) => (await room.participants.list(options)).map(({ sid }) => sid)
    expect(await list()).toEqual([bob.sid, alice.sid])
    expect(await list({ identity: 'alice' })).toEqual([alice.sid])
    expect(await list({ dateCreatedAfter: new Date('2026-01-01T00:00:01Z') })).toEqual([bob.sid])
    alice.leave()
    expect(await list()).toEqual([bob.sid])
    expect(await list({ status: 'disconnected' })).toEqual([alice.sid])
    await room.update({ status: 'completed' })
    expect(await list()).toEqual([bob.sid, alice.sid])
    expect(await list({ status: 'connected' })).toEqual([])
    expect((await room.participants.list({ pageSize: 1 })).length).toBe(2)
    expect((await world.request(`/Rooms/${set.roomSid}/Participants?Status=away`)).status).toBe(400)
  })

  it('are found by identity only while they are inside', async () => {
    await using set = await stage()
    const { room, alice } = set
    alice.leave()
    expect(await errorOf(room.participants('alice').fetch())).toEqual({ status: 404, code: 20404 })
    expect((await room.participants(alice.sid).fetch()).status).toBe('disconnected')
  })

  it('are disconnected by an update, once by identity', async () => {
    await using set = await stage()
    const { room, alice, world } = set
    world.clock.advance(59_000)
    const removed = await room.participants('alice').update({ status: 'disconnected' })
    expect(removed).toMatchObject({ sid: alice.sid, status: 'disconnected', duration: 60 })
    expect(removed.endTime).toEqual(new Date('2026-01-01T00:01:00Z'))
    expect(alice.status).toBe('disconnected')
    expect(await errorOf(room.participants('alice').update({ status: 'disconnected' }))).toMatchObject({ code: 20404 })
    const response = await world.request(`/Rooms/standup/Participants/${set.bob.sid}`, form({ Status: 'disconnected' }))
    expect(response.status).toBe(202)
  })

  it.each<Record<string, string>>([{}, { Status: 'connected' }, { Status: '' }])(
    'are not updated by %j',
    async (fields) => {
      await using set = await stage()
      const response = await set.world.request('/Rooms/standup/Participants/alice', form(fields))
      expect([response.status, await response.json()]).toMatchObject([400, { code: 53209 }])
      expect(set.alice.status).toBe('connected')
    },
  )

  it('who come back have a new SID, and the older of two goes', async () => {
    await using set = await stage()
    const again = await set.world.emulator.addBot({ room: 'standup', identity: 'alice' })
    expect(set.alice.status).toBe('disconnected')
    expect((await set.room.participants('alice').fetch()).sid).toBe(again.sid)
    const all = await set.room.participants.list({ identity: 'alice', status: 'disconnected' })
    expect(all.map(({ sid }) => sid)).toEqual([set.alice.sid])
  })

  it('lose their identity when they ask for it, after they have left', async () => {
    await using set = await stage()
    const { room, alice, base, world } = set
    expect(await errorOf(room.participants(alice.sid).anonymize().update())).toMatchObject({ status: 400 })
    alice.leave()
    const response = await world.request(`/Rooms/standup/Participants/${alice.sid}/Anonymize`, { method: 'POST' })
    expect(response.status).toBe(200)
    const body = (await response.json()) as object
    expect(body).toMatchObject({ identity: alice.sid, status: 'disconnected', url: `${base}/${alice.sid}/Anonymize` })
    expect(body).not.toHaveProperty('links')
    expect((await room.participants(alice.sid).fetch()).identity).toBe(alice.sid)
  })
})

describe('published tracks', () => {
  it('are listed while they are published, and found by name or SID', async () => {
    await using set = await stage()
    const { world, room, roomSid, alice, base } = set
    const [camera, mic] = await room.participants('alice').publishedTracks.list()
    expect([camera?.name, mic?.name]).toEqual(['camera', 'mic'])
    expect(await json(world, '/Rooms/standup/Participants/alice/PublishedTracks/mic')).toEqual({
      sid: expect.stringMatching(/^MT[0-9a-f]{32}$/),
      participant_sid: alice.sid,
      room_sid: roomSid,
      name: 'mic',
      kind: 'audio',
      enabled: true,
      date_created: '2026-01-01T00:00:00Z',
      date_updated: null,
      url: `${base}/${alice.sid}/PublishedTracks/${mic?.sid}`,
    })
    alice.setEnabled('mic', false)
    expect(
      await room
        .participants('alice')
        .publishedTracks(mic?.sid ?? '')
        .fetch(),
    ).toMatchObject({
      enabled: false,
      dateUpdated: new Date('2026-01-01T00:00:01Z'),
    })
    alice.unpublish('mic')
    expect(await room.participants('alice').publishedTracks.list()).toHaveLength(1)
    expect(await errorOf(room.participants('alice').publishedTracks('mic').fetch())).toMatchObject({ code: 20404 })
  })
})

describe('subscribed tracks', () => {
  it('are what others publish, found by SID alone', async () => {
    await using set = await stage()
    const { world, room, roomSid, alice, bob, base } = set
    const tracks = await room.participants('alice').subscribedTracks.list()
    expect(tracks.map(({ name, publisherSid }) => [name, publisherSid])).toEqual([
      ['chat', bob.sid],
      ['mic', bob.sid],
    ])
    const sid = tracks[1]?.sid ?? ''
    expect(await json(world, `/Rooms/standup/Participants/alice/SubscribedTracks/${sid}`)).toEqual({
      sid,
      participant_sid: alice.sid,
      publisher_sid: bob.sid,
      room_sid: roomSid,
      name: 'mic',
      kind: 'audio',
      enabled: true,
      date_created: '2026-01-01T00:00:01Z',
      date_updated: null,
      url: `${base}/${alice.sid}/SubscribedTracks/${sid}`,
    })
    const ofAlice = room.participants('alice').subscribedTracks
    expect(await errorOf(ofAlice('mic').fetch())).toMatchObject({ code: 20404 })
    const [own] = await room.participants('alice').publishedTracks.list()
    expect(await errorOf(ofAlice(own?.sid ?? '').fetch())).toMatchObject({ code: 20404 })
  })
})

describe('subscribing to one track', () => {
  it('is still possible as Twilio’s own test suite does it', async () => {
    await using set = await stage()
    const path = '/Rooms/standup/Participants/alice/SubscribedTracks'
    const names = async () => (await set.room.participants('alice').subscribedTracks.list()).map(({ name }) => name)
    const tracks = await set.room.participants('alice').subscribedTracks.list()
    const chat = tracks.find(({ name }) => name === 'chat')?.sid ?? ''

    const response = await set.world.request(path, form({ Status: 'unsubscribe', Track: chat }))
    expect([response.status, await response.json()]).toMatchObject([202, { sid: chat, participant_sid: set.alice.sid }])
    expect(await names()).toEqual(['mic'])
    for (let times = 0; times < 30; times++) await set.world.request(path, form({ Status: 'subscribe', Track: chat }))
    expect(await names()).toEqual(['chat', 'mic'])
    expect((await set.room.participants('alice').subscribeRules.fetch()).rules).toHaveLength(2)
    await set.world.request(path, form({ Status: 'unsubscribe', Track: 'mic' }))
    expect(await names()).toEqual(['chat'])

    const own = await set.room.participants('alice').publishedTracks('camera').fetch()
    const refused: Record<string, string>[] = [{ Status: 'subscribe' }, { Status: 'subscribe', Track: own.sid }]
    for (const fields of refused) {
      expect((await set.world.request(path, form(fields))).status).toBe(404)
    }
    expect((await set.world.request(path, form({ Status: 'muted', Track: chat }))).status).toBe(400)
  })
})

describe('subscribe rules', () => {
  it('include everything at first, and every rule shows every key', async () => {
    await using set = await stage()
    expect(await json(set.world, '/Rooms/standup/Participants/alice/SubscribeRules')).toEqual({
      participant_sid: set.alice.sid,
      room_sid: set.roomSid,
      rules: [{ type: 'include', all: true, publisher: null, track: null, kind: null, priority: null }],
      date_created: null,
      date_updated: null,
    })
  })

  it('decide what is subscribed to, from the moment they are set', async () => {
    await using set = await stage()
    const alice = set.room.participants('alice')
    const names = async () => (await alice.subscribedTracks.list()).map(({ name }) => name)
    const updated = await alice.subscribeRules.update({
      rules: [
        { type: 'include', all: true },
        { type: 'exclude', kind: 'data', publisher: 'Bob Ü/1' },
      ],
    })
    expect(updated.rules).toMatchObject([{ type: 'include' }, { type: 'exclude', kind: 'data', all: null }])
    expect(await names()).toEqual(['mic'])
    set.bob.publish({ kind: 'video', name: 'camera' })
    expect(await names()).toEqual(['camera', 'mic'])
    // What was read may be written back, nulls and all.
    await alice.subscribeRules.update({ rules: (await alice.subscribeRules.fetch()).rules })
    expect(await names()).toEqual(['camera', 'mic'])
    await alice.subscribeRules.update({ rules: [{ type: 'exclude', all: true }] })
    expect(await names()).toEqual([])
  })

  it.each([
    undefined,
    '',
    'null',
    '{}',
    '[]',
    '[{}]',
    '[{"type":"include"}]',
    '[{"type":"maybe","all":true}]',
    '[{"type":"include","all":false}]',
    '[{"type":"include","all":true,"kind":"audio"}]',
    '[{"type":"include","kind":"smell"}]',
    '[{"type":"include","publisher":""}]',
    '[{"type":"include","publisher":7}]',
    '[{"type":"include","all":true,"colour":"red"}]',
    '[{"type":"include","all":true,"__proto__":{"x":1}}]',
    JSON.stringify(Array.from({ length: 21 }, () => ({ type: 'include', all: true }))),
    '['.repeat(1000),
  ])('are refused when they break the grammar, and stay as they were (%#)', async (rules) => {
    await using set = await stage()
    const path = '/Rooms/standup/Participants/alice/SubscribeRules'
    const response = await set.world.request(path, form(rules === undefined ? {} : { Rules: rules }))
    expect([response.status, await response.json()]).toMatchObject([400, { code: 53215 }])
    expect(await json(set.world, path)).toMatchObject({ rules: [{ type: 'include', all: true }] })
  })

  it('belong to those inside, and to rooms that route tracks', async () => {
    await using set = await stage()
    const rules = [{ type: 'include', all: true }]
    set.alice.leave()
    expect(await errorOf(set.room.participants(set.alice.sid).subscribeRules.update({ rules }))).toMatchObject({
      code: 20404,
    })
    await set.world.client.video.v1.rooms.create({ uniqueName: 'p2p', type: 'peer-to-peer' })
    await set.world.emulator.addBot({ room: 'p2p', identity: 'carol' })
    const carol = set.world.client.video.v1.rooms('p2p').participants('carol')
    expect(await errorOf(carol.subscribeRules.update({ rules }))).toEqual({ status: 400, code: 53117 })
  })
})
