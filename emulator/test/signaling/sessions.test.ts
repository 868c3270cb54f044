import { describe, expect, it } from 'vitest'
import { completeRoom, createRoom, disconnectParticipant, findParticipant } from '../../src/state/index.ts'
import { connectTestClient, track } from './test-client.ts'
import { createWorld, signToken } from './world.ts'

describe('connecting', () => {
  it('lets a client in and says all that the SDK needs to know', async () => {
    await using world = await createWorld({ sessionTimeoutSeconds: 7 })
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    expect(alice.messages[0]).toMatchObject({
      type: 'connected',
      session: expect.any(String),
      sid: expect.stringMatching(/^RM[0-9a-f]{32}$/),
      name: 'studio',
      options: { session_timeout: 7, media_region: 'us1', signaling_region: 'us1', audio_processors: ['krisp'] },
      participant: { sid: expect.stringMatching(/^PA[0-9a-f]{32}$/), identity: 'alice' },
      participants: [],
      published: {
        revision: 1,
        tracks: [{ id: 'id-of-camera', state: 'ready', sid: expect.stringMatching(/^MT[0-9a-f]{32}$/) }],
      },
      subscribed: { revision: 1, tracks: [] },
      recording: { revision: 1, is_recording: false },
    })
    expect(await alice.nextFrame('welcome')).toEqual({ type: 'welcome', negotiatedTimeout: 5000 })
  })

  it.each([
    ['group', 'ie1', 'ie1'],
    // The nearest of all regions is one of them.
    ['group', 'gll', 'us1'],
    ['peer-to-peer', 'ie1', undefined],
  ] as const)('tells where the media of a %s room made for %s are: %s', async (type, mediaRegion, told) => {
    await using world = await createWorld()
    createRoom(world.state, { name: 'studio', settings: { type, mediaRegion } })
    const alice = await world.join('studio', 'alice')
    expect(alice.messages[0]?.options.media_region).toBe(told)
    // Noise cancellation is for rooms with a media server.
    expect(alice.messages[0]?.options.audio_processors).toEqual(told && ['krisp'])
  })

  it('shows a newcomer and those inside to each other, with their tracks', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    const bob = await world.join('studio', 'bob', { tracks: [track('mic', { kind: 'audio', enabled: false })] })
    const aliceTrack = [...world.room('studio').tracks.values()][0]
    expect(bob.messages[0]).toMatchObject({
      participants: [{ sid: alice.sid, identity: 'alice', state: 'connected', tracks: [{ name: 'camera' }] }],
      subscribed: { revision: 1, tracks: [{ sid: aliceTrack?.sid, id: 'id-of-camera' }] },
    })
    const update = await alice.next(({ participants }) => participants !== undefined && participants[0].sid === bob.sid)
    expect(update).toMatchObject({
      participants: [
        { identity: 'bob', tracks: [{ kind: 'audio', name: 'mic', enabled: false, priority: 'standard' }] },
      ],
      subscribed: { revision: 2, tracks: [{ id: 'id-of-mic' }] },
    })
  })

  it('costs those inside one message each, whatever the newcomer brings along, and other rooms nothing', async () => {
    await using world = await createWorld()
    const elsewhere = await world.join('elsewhere')
    const inside = [await world.join('studio'), await world.join('studio'), await world.join('studio')]
    // Each has heard of the last that came before.
    const last = inside.at(-1)?.sid ?? ''
    for (const client of inside.slice(0, -1)) await client.nextParticipant(last)
    const before = inside.map(({ messages }) => messages.length)
    const newcomer = await world.join('studio', 'newcomer', { tracks: [track('one'), track('two'), track('three')] })
    for (const client of inside) await client.nextParticipant(newcomer.sid)
    expect(inside.map(({ messages }) => messages.length)).toEqual(before.map((count) => count + 1))
    expect(newcomer.messages).toHaveLength(1)
    expect(elsewhere.messages).toHaveLength(1)
  })

  it('answers ice with the ICE servers', async () => {
    const iceServers = [{ urls: 'turn:127.0.0.1:1', username: 'u', credential: 'c' }]
    await using world = await createWorld({ iceServers: () => iceServers })
    const client = await world.open()
    client.hello({ type: 'ice', edge: 'roaming', token: signToken(), version: 1 })
    expect(await client.next()).toEqual({ type: 'iced', ice_servers: iceServers })
  })

  it('names a room by its SID when neither the client nor the token names one', async () => {
    await using world = await createWorld()
    const [one, two] = [await world.join(null), await world.join(null)]
    expect(one.messages[0]?.name).toBe(one.roomSid)
    expect(two.roomSid).not.toBe(one.roomSid)
  })

  it('takes the room from the token when the client names none', async () => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio' })
    for (const granted of ['studio', room.sid]) {
      const client = await world.join(null, 'alice', { token: signToken({ room: granted }) })
      expect(client.roomSid).toBe(room.sid)
    }
  })

  it.each(['name', 'sid'] as const)('honours a grant by %s, whichever way the client names the room', async (by) => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio' })
    for (const name of [room.name, room.sid]) {
      const client = await world.join(name, 'alice', { token: signToken({ room: room[by] }) })
      expect(client.roomSid).toBe(room.sid)
    }
  })

  it('subscribes to nothing without automatic subscription', async () => {
    await using world = await createWorld()
    await world.join('studio', 'alice', { tracks: [track('camera')] })
    const bob = await world.join('studio', 'bob', { subscribe: 'exclude' })
    expect(bob.messages[0]).toMatchObject({
      participants: [{ tracks: [{ name: 'camera' }] }],
      subscribed: { tracks: [] },
    })
  })

  const long = 'x'.repeat(129)
  it.each([
    ['garbage for a token', { token: 'abc' }, 20101],
    ['no token', { token: undefined }, 20101],
    ['an unknown key', { token: signToken({ claims: { iss: 'SK' } }) }, 20103],
    ['an expired token', { token: signToken({ claims: { exp: 1 } }) }, 20104],
    ['a token not yet valid', { token: signToken({ claims: { nbf: 1e10, exp: 1e10 + 1 } }) }, 20105],
    ['no video grant', { token: signToken({ claims: { grants: { identity: 'alice' } } }) }, 20106],
    ['a wrong secret', { token: signToken({ secret: 'other' }) }, 20107],
    ['a grant for another room', { token: signToken({ room: 'other' }) }, 20106],
    ['a long identity', { token: signToken({ identity: long }) }, 53201],
    ['a room name that is none', { name: 42 }, 53100],
    ['a long room name', { name: long }, 53101],
    ['a room name that is no UTF-8', { name: '\ud800' }, 53102],
    ['a room SID that nobody has', { name: `RM${'0'.repeat(32)}` }, 53106],
  ])('refuses %s', async (_what, options, code) => {
    await using world = await createWorld()
    const client = await world.open()
    const reply = await connectTestClient(client, { token: signToken(), name: 'studio', ...options })
    expect(reply).toMatchObject({ type: 'error', code, message: expect.any(String) })
    expect(world.state.rooms.size).toBe(0)
  })

  it('refuses an unknown room when rooms are not made by entering', async () => {
    await using world = await createWorld({ stateOptions: { adHocRooms: false } })
    const client = await world.open()
    expect(await connectTestClient(client, { token: signToken(), name: 'studio' })).toMatchObject({ code: 53106 })
  })

  it('refuses one too many', async () => {
    await using world = await createWorld()
    createRoom(world.state, { name: 'studio', settings: { maxParticipants: 1 } })
    await world.join('studio', 'alice')
    const bob = await world.open()
    const reply = await connectTestClient(bob, { token: signToken({ identity: 'bob' }), name: 'studio' })
    expect(reply).toMatchObject({ type: 'error', code: 53105 })
  })
})

describe('tracks', () => {
  it('are published, changed and taken back while others watch', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio'), await world.join('studio')]
    alice.publish(track('camera'))
    const published = await alice.next(({ published }) => published)
    const { sid } = published.published.tracks[0]
    expect(published.published).toEqual({ revision: 2, tracks: [{ id: 'id-of-camera', state: 'ready', sid }] })
    const seen = await bob.next(({ subscribed }) => subscribed?.tracks.length > 0)
    expect(seen).toMatchObject({
      participants: [{ sid: alice.sid, tracks: [{ sid, kind: 'video', name: 'camera', enabled: true }] }],
      subscribed: { tracks: [{ sid, id: 'id-of-camera' }] },
    })

    alice.participant.revision++
    Object.assign(alice.participant.tracks[0] ?? {}, { enabled: false, priority: 'high' })
    alice.update()
    expect(await bob.nextParticipant(alice.sid)).toMatchObject({ tracks: [{ enabled: false, priority: 'high' }] })

    alice.unpublish('id-of-camera')
    expect(await bob.next(({ subscribed }) => subscribed)).toMatchObject({
      participants: [{ sid: alice.sid, tracks: [] }],
      subscribed: { tracks: [] },
    })
  })

  it('keeps each of two quick changes', async () => {
    await using world = await createWorld()
    const [alice, bob] = [
      await world.join('studio', 'alice', { tracks: [track('camera')] }),
      await world.join('studio'),
    ]
    for (const enabled of [false, true, false]) {
      alice.participant.revision++
      Object.assign(alice.participant.tracks[0] ?? {}, { enabled })
      alice.update()
    }
    for (const enabled of [false, true, false]) {
      expect(await bob.nextParticipant(alice.sid)).toMatchObject({ tracks: [{ enabled }] })
    }
  })

  it.each([
    ['a name that is too long', track('x'.repeat(129), { id: 'bad' }), 53302],
    ['a name used already', track('camera', { id: 'bad' }), 53304],
  ])('fails %s without harm to the others', async (_what, bad, code) => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    const bob = await world.join('studio')
    alice.publish(bad, track('screen'))
    expect((await alice.next(({ published }) => published)).published.tracks).toMatchObject([
      { id: 'id-of-camera', state: 'ready' },
      { id: 'bad', state: 'failed', error: { code } },
      { id: 'id-of-screen', state: 'ready' },
    ])
    expect((await bob.nextParticipant(alice.sid)).tracks.map(({ name }: { name: string }) => name)).toEqual([
      'camera',
      'screen',
    ])
    alice.unpublish('bad')
    expect((await alice.next(({ published }) => published)).published.tracks).toHaveLength(2)
  })

  it('fails video in an audio-only room, and what is beyond the room', async () => {
    await using world = await createWorld()
    createRoom(world.state, { name: 'radio', settings: { audioOnly: true, maxConcurrentPublishedTracks: 1 } })
    const tracks = [track('camera'), track('mic', { kind: 'audio' }), track('second', { kind: 'audio' })]
    const alice = await world.join('radio', 'alice', { tracks })
    expect(alice.messages[0]?.published.tracks).toMatchObject([
      { state: 'failed', error: { code: 53125 } },
      { state: 'ready' },
      { state: 'failed', error: { code: 53203 } },
    ])
  })

  it('ignores what is older than what it knows', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    alice.participant.tracks = []
    alice.update()
    await alice.settled()
    expect(world.state.rooms.get(alice.roomSid)?.tracks.size ?? 0).toBe(0)
    const bob = await world.join('studio', 'bob', { tracks: [track('camera')] })
    bob.participant.tracks = []
    bob.update()
    bob.send({ type: 'ice', token: signToken(), version: 1 })
    await bob.next(({ type }) => type === 'iced')
    expect(world.room('studio').tracks.size).toBe(1)
  })
})

describe('leaving', () => {
  it('tells the others, with the tracks still listed', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    const bob = await world.join('studio')
    alice.leave()
    expect(await bob.next(({ participants }) => participants)).toMatchObject({
      participants: [{ sid: alice.sid, state: 'disconnected', tracks: [{ name: 'camera' }] }],
      subscribed: { tracks: [] },
      peer_connections: [{ description: { type: 'close' } }],
    })
    expect(await alice.closed()).toBe(1000)
  })

  it.each(['bye', 'close'])('takes %s alone for it', async (how) => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio'), await world.join('studio')]
    if (how === 'bye') alice.frame({ type: 'bye' })
    else alice.socket.close(1000)
    expect(await bob.nextParticipant(alice.sid, 'disconnected')).toBeDefined()
  })

  it('ends an ad-hoc room with the last one', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio')
    const room = world.room('studio')
    alice.leave()
    await alice.closed()
    expect(room.status).toBe('completed')
  })

  it('tells the older of two with one identity, and lets the newer in', async () => {
    await using world = await createWorld()
    const bob = await world.join('studio', 'bob')
    const [older, newer] = [await world.join('studio', 'alice'), await world.join('studio', 'alice')]
    expect(await older.next(({ type }) => type === 'error')).toMatchObject({ code: 53205 })
    const seen = await bob.next(({ participants }) => participants?.length === 2)
    expect(seen.participants).toMatchObject([
      { sid: older.sid, state: 'disconnected' },
      { sid: newer.sid, state: 'connected' },
    ])
    expect(newer.messages[0]?.participants).toMatchObject([{ identity: 'bob' }])
  })

  it('says when the room is completed, when REST takes someone out, and when they stayed too long', async () => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio', settings: { maxParticipantDurationSeconds: 600 } })
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio', 'bob')]
    const participant = findParticipant(room, 'bob')
    if (participant) disconnectParticipant(world.state, participant, 'removed')
    expect(await bob.next(({ type }) => type === 'disconnected')).toEqual({ type: 'disconnected' })

    world.clock.advance(600_000)
    expect(await alice.next(({ type }) => type === 'error')).toMatchObject({ code: 53216 })

    const carol = await world.join('studio', 'carol')
    completeRoom(world.state, room)
    expect(await carol.next(({ type }) => type === 'disconnected')).toEqual({
      type: 'disconnected',
      status: 'completed',
    })
  })

  it('says nothing more of a session to one who has left it', async () => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio' })
    const alice = await world.join('studio', 'alice')
    completeRoom(world.state, room)
    await alice.next(({ type }) => type === 'disconnected')
    const late = await world.open()
    expect(await alice.resume(late, { token: signToken() })).toMatchObject({ type: 'error', code: 53204 })
  })
})

describe('recording', () => {
  it('is told when it begins and ends', async () => {
    await using world = await createWorld()
    createRoom(world.state, { name: 'studio', settings: { recordParticipantsOnConnect: true } })
    const bob = await world.join('studio')
    expect(bob.messages[0]?.recording).toMatchObject({ is_recording: false })
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    expect(alice.messages[0]?.recording).toMatchObject({ is_recording: true })
    const started = await bob.next(({ recording }) => recording)
    expect(started.recording.is_recording).toBe(true)
    alice.unpublish('id-of-camera')
    const stopped = await bob.next(({ recording }) => recording)
    expect(stopped.recording.is_recording).toBe(false)
    expect(stopped.recording.revision).toBeGreaterThan(started.recording.revision)
  })
})
