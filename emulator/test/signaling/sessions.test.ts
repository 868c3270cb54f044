import { describe, expect, it } from 'vitest'
import { completeRoom, createRoom, disconnectParticipant, findParticipant } from '../../src/state/index.ts'
import { track } from './test-client.ts'
import { createWorld, signToken } from './world.ts'

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
