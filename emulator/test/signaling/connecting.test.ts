import { describe, expect, it } from 'vitest'
import { createRoom } from '../../src/state/index.ts'
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
