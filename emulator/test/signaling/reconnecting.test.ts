import { describe, expect, it } from 'vitest'
import { completeRoom, createRoom } from '../../src/state/index.ts'
import { answer, ice, offer, track } from './test-client.ts'
import { createWorld, signToken } from './world.ts'

const token = signToken({ identity: 'alice' })

describe('a lost connection', () => {
  it('is shown to the others, and so is its return, however quick', async () => {
    await using world = await createWorld()
    const [alice, bob] = [
      await world.join('studio', 'alice', { tracks: [track('camera')] }),
      await world.join('studio'),
    ]
    alice.socket.terminate()
    const back = await world.open()
    expect(await alice.resume(back, { token })).toMatchObject({
      type: 'synced',
      participants: [{ sid: bob.sid, state: 'connected' }],
      published: { revision: 2, tracks: [{ id: 'id-of-camera', state: 'ready' }] },
      subscribed: { revision: 2, tracks: [] },
      recording: { is_recording: false },
    })
    const lost = await bob.nextParticipant(alice.sid, 'reconnecting')
    const found = await bob.nextParticipant(alice.sid, 'connected')
    expect(found.revision).toBeGreaterThan(lost.revision)
    expect(found.tracks).toMatchObject([{ name: 'camera' }])
  })

  it('is shown even when the client is back before it was noticed, and the old socket is closed', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    const back = await world.open()
    await alice.resume(back, { token })
    expect(await alice.closed()).toBe(4000)
    await bob.nextParticipant(alice.sid, 'reconnecting')
    await bob.nextParticipant(alice.sid, 'connected')
    expect(world.room('studio').connected.size).toBe(2)
    back.publish(track('camera'))
    await bob.nextParticipant(alice.sid)
  })

  it('ends the stay when nobody comes back in time', async () => {
    await using world = await createWorld({ sessionTimeoutSeconds: 10 })
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    world.clock.advance(9_999)
    expect(world.room('studio').connected.size).toBe(2)
    world.clock.advance(1)
    await bob.nextParticipant(alice.sid, 'disconnected')
    expect(await alice.resume(await world.open(), { token })).toMatchObject({ type: 'error', code: 53204 })
  })

  it('does not end the stay of one who is back', async () => {
    await using world = await createWorld({ sessionTimeoutSeconds: 10 })
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    await alice.resume(await world.open(), { token })
    world.clock.advance(60_000)
    expect(world.room('studio').connected.size).toBe(2)
  })

  it('may be a page that is being left', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.close(1001)
    await bob.nextParticipant(alice.sid, 'reconnecting')
  })

  it('brings along what was published meanwhile', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    alice.participant.revision++
    alice.participant.tracks.push(track('camera'))
    bob.publish(track('screen'))
    await bob.next(({ published }) => published)
    const synced = await alice.resume(await world.open(), { token })
    expect(synced.participants).toMatchObject([{ tracks: [{ name: 'screen' }] }])
    expect(synced.subscribed.tracks).toMatchObject([{ id: 'id-of-screen' }])
    expect(synced.published.tracks).toMatchObject([{ id: 'id-of-camera', state: 'ready' }])
    expect(await bob.nextParticipant(alice.sid, 'connected')).toMatchObject({ tracks: [{ name: 'camera' }] })
  })

  it('is told all about its peer connections, and says what may have been lost', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    const id = bob.peerConnectionId
    await alice.nextPeerConnection('offer')
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    bob.update(ice(id, 1), ice(id, 2))
    bob.publish(track('screen'))
    await bob.next(({ published }) => published)

    const back = await world.open()
    const synced = await alice.resume(back, { token, peerConnections: [answer(id, 1)] })
    expect(synced.peer_connections).toMatchObject([
      { id, description: { type: 'offer', revision: 1 }, ice: { revision: 2, candidates: [{}, {}] } },
    ])
    expect(await bob.nextPeerConnection('answer')).toMatchObject({ id, description: { revision: 1 } })
  })

  it('pairs anew what the client has closed while it was away', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    await alice.nextPeerConnection('offer')
    alice.update(answer(bob.peerConnectionId, 1))
    await bob.nextPeerConnection('answer')
    alice.socket.terminate()
    const back = await world.open()
    const synced = await alice.resume(back, { token, peerConnections: [] })
    // It hears of the new pair from the offer that the other side is asked for, and not before.
    expect(synced.peer_connections).toEqual([])
    const told = await bob.next(({ peer_connections }) => peer_connections)
    expect(told.peer_connections).toEqual([
      { id: bob.peerConnectionId, description: { type: 'close', revision: 1 } },
      { id: expect.any(String), description: { type: 'create-offer', revision: 1 } },
    ])
    const { id } = told.peer_connections[1]
    bob.update(offer(id, 2))
    expect(await back.nextPeerConnection('offer')).toMatchObject({ id })
  })

  it.each(['while it was away', 'just before'])('hears that subscriptions were renewed %s', async (when) => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice')
    const bob = await world.join('studio', 'bob', { tracks: [track('camera')] })
    const { id } = await alice.nextPeerConnection('offer')
    alice.update(answer(id, 1))
    await bob.nextPeerConnection('answer')
    bob.update({ id, description: { type: 'close', revision: 2 } })
    const successor = (await alice.nextPeerConnection('create-offer')).id
    alice.update(offer(successor, 2))
    await bob.nextPeerConnection('offer')
    if (when === 'while it was away') {
      alice.socket.terminate()
      await bob.nextParticipant(alice.sid, 'reconnecting')
    }
    bob.update(answer(successor, 2))
    await bob.next(({ subscribed }) => subscribed)

    const back = await world.open()
    const synced = await alice.resume(back, { token, peerConnections: [offer(successor, 2)] })
    // Without the gap, the client would keep what it received on the peer connection that is no more.
    expect(synced.subscribed.tracks).toEqual([])
    const { subscribed } = await back.next(({ subscribed }) => subscribed)
    expect(subscribed.tracks).toMatchObject([{ id: 'id-of-camera' }])
    expect(subscribed.revision).toBe(synced.subscribed.revision + 1)

    // Once is enough.
    const again = await back.resume(await world.open(), { token, peerConnections: [offer(successor, 2)] })
    expect(again.subscribed.tracks).toHaveLength(1)
  })

  it('keeps the peer connection of one who is alone', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice')
    alice.socket.terminate()
    const peerConnections = [offer(alice.peerConnectionId, 1)]
    const synced = await alice.resume(await world.open(), { token, peerConnections })
    expect(synced.peer_connections).toEqual([{ id: alice.peerConnectionId }])
  })

  it('is told why it has ended meanwhile', async () => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio' })
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    completeRoom(world.state, room)
    const reply = await alice.resume(await world.open(), { token })
    expect(reply).toEqual({ type: 'disconnected', status: 'completed' })
  })

  it.each([
    ['an expired token', signToken({ identity: 'alice', claims: { exp: 1 } }), 20104],
    ['a token of someone else', signToken({ identity: 'mallory' }), 53204],
    ['a token for another room', signToken({ identity: 'alice', room: 'other' }), 20106],
  ])('stays away with %s', async (_what, bad, code) => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    alice.socket.terminate()
    await bob.nextParticipant(alice.sid, 'reconnecting')
    expect(await alice.resume(await world.open(), { token: bad })).toMatchObject({ type: 'error', code })
    expect(world.room('studio').connected.get('alice')?.status).toBe('reconnecting')
  })

  it('gets a clear answer from an emulator that has forgotten everything', async () => {
    await using before = await createWorld()
    await using after = await createWorld()
    const alice = await before.join('studio', 'alice')
    expect(await alice.resume(await after.open(), { token })).toMatchObject({ type: 'error', code: 53204 })
  })
})

describe('an emulator', () => {
  it('that cuts all sockets finds its clients again', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio', 'bob')]
    world.signaling.dropConnections()
    expect([await alice.closed(), await bob.closed()]).toEqual([1006, 1006])
    const back = await world.open()
    expect(await alice.resume(back, { token })).toMatchObject({ type: 'synced' })
    await bob.resume(await world.open(), { token: signToken({ identity: 'bob' }) })
    await back.nextParticipant(bob.sid, 'connected')
  })

  it('that goes away never says that all is over', async () => {
    const world = await createWorld()
    const alice = await world.join('studio', 'alice')
    await world[Symbol.asyncDispose]()
    expect([1012, 1006]).toContain(await alice.closed())
    expect(alice.messages.some(({ type }) => type !== 'connected')).toBe(false)
  })
})
