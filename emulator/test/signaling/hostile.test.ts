import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { answer, ice, offer, track, type TestClient } from './test-client.ts'
import { createWorld, signToken } from './world.ts'

describe('whatever a client sends', () => {
  it('harms neither the process nor a call of others', async () => {
    await using world = await createWorld()
    const [alice, bob] = [
      await world.join('studio', 'alice', { tracks: [track('camera')] }),
      await world.join('studio'),
    ]
    const mallory = { sid: '' }
    await fc.assert(
      fc.asyncProperty(
        fc.array(hostileFrame(), { minLength: 1, maxLength: 12 }),
        fc.boolean(),
        async (frames, joins) => {
          const client = joins ? await world.join('studio', 'mallory') : await world.open()
          mallory.sid = client.sid
          for (const frame of frames) {
            if (client.socket.readyState !== client.socket.OPEN) break
            client.frame(typeof frame === 'string' ? frame : fill(frame, client))
          }
          await expectCall(alice, bob)
          client.leave()
        },
      ),
      { numRuns: 60 },
    )
    expect(world.errors).toEqual([])
  })

  it.each([
    ['what is no JSON', 'no JSON'],
    ['what is no frame', '42'],
    ['a message that is none', { type: 'msg', body: 42 }],
    ['a message without a type', { type: 'msg', body: {} }],
    ['a message of another protocol', { type: 'msg', body: { type: 'subscribe' } }],
    ['tracks that are none', { type: 'msg', body: { type: 'update', session: null, participant: { revision: 1 } } }],
  ])('is answered: %s', async (_what, frame) => {
    await using world = await createWorld()
    const alice = await world.join('studio')
    alice.frame(frame)
    expect(await alice.next(({ type }) => type === 'error')).toMatchObject({ code: 53004 })
    alice.socket.close(3000)
    await alice.closed()
    expect(world.state.roomsByName.size).toBe(0)
  })

  it('is told apart before the hello', async () => {
    await using world = await createWorld()
    const client = await world.open()
    client.frame('no JSON')
    expect(await client.nextFrame('bad')).toMatchObject({ reason: expect.any(String) })
    client.hello({ type: 'ice', token: signToken() })
    expect(await client.next()).toMatchObject({ type: 'iced' })
  })

  it('may be a frame of times to come', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio'), await world.join('studio')]
    alice.frame({ type: 'telepathy' })
    await expectCall(alice, bob)
  })

  it('may be a hello that is said again, and takes effect once', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice')
    const connect = { type: 'connect', token: signToken(), name: 'studio', participant: { revision: 1, tracks: [] } }
    for (let count = 0; count < 3; count++) alice.hello(connect)
    alice.send({ type: 'ice', token: signToken() })
    await alice.next(({ type }) => type === 'iced')
    expect(alice.frames.filter(({ type }) => type === 'welcome')).toHaveLength(4)
    expect(alice.messages.map(({ type }) => type)).toEqual(['connected', 'iced'])
  })

  it.each([
    ['an update before connecting', { type: 'update', session: null }, 53204],
    ['an update of a session that is not theirs', { type: 'update', session: 'x' }, 53204],
    [
      'a sync of an unknown session',
      { type: 'sync', session: 'x', token: signToken(), participant: { revision: 1, tracks: [] } },
      53204,
    ],
  ])('may come out of order: %s', async (_what, body, code) => {
    await using world = await createWorld()
    const client = await world.open()
    client.hello(body)
    expect(await client.next()).toMatchObject({ type: 'error', code })
  })

  it('may be a second connect, which ends the first', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    const participant = { revision: 1, tracks: [] }
    alice.send({ type: 'connect', token: signToken(), name: 'other', participant })
    expect(await alice.next(({ type }) => type === 'error')).toMatchObject({ code: 53004 })
    await bob.nextParticipant(alice.sid, 'disconnected')
  })

  it('cannot speak for another session', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio', 'alice'), await world.join('studio')]
    const mallory = await world.join('studio', 'mallory')
    mallory.session = alice.session
    mallory.publish(track('camera'))
    expect(await mallory.next(({ type }) => type === 'error')).toMatchObject({ code: 53204 })
    await expectCall(alice, bob)
  })

  it('cannot take over the peer connection of others', async () => {
    await using world = await createWorld()
    const [alice, bob] = [await world.join('studio'), await world.join('studio')]
    const id = bob.peerConnectionId
    const mallory = await world.join('studio', 'mallory', { peerConnections: [offer(id, 1)] })
    mallory.update(offer(id, 9), answer(id, 1), ice(id, 9))
    mallory.update({ id, description: { type: 'close', revision: 9 } })
    await mallory.settled()
    alice.update(answer(id, 1))
    expect(await bob.nextPeerConnection('answer')).toMatchObject({ id })
    for (const client of [alice, bob]) {
      const toThem = client.messages.flatMap(({ peer_connections = [] }) => peer_connections)
      expect(toThem.filter((entry) => entry.id === id && (entry.ice || entry.description.revision === 9))).toEqual([])
    }
  })
})

describe('a connection', () => {
  it('takes no frame of more than 4 MiB', async () => {
    await using world = await createWorld()
    const [alice, bob, mallory] = [await world.join('studio'), await world.join('studio'), await world.join('studio')]
    mallory.frame(`"${'x'.repeat(5 * 1024 * 1024)}"`)
    expect(await mallory.closed()).toBe(1009)
    await expectCall(alice, bob)
  })

  it('takes no flood', async () => {
    await using world = await createWorld()
    const [alice, bob, mallory] = [await world.join('studio'), await world.join('studio'), await world.join('studio')]
    for (let count = 0; count < 10_000; count++) mallory.frame('{"type":"heartbeat"}')
    expect(await mallory.closed()).toBe(1008)
    await bob.nextParticipant(mallory.sid, 'reconnecting')
    await expectCall(alice, bob)
  })

  it('does not pile up what a client does not read', async () => {
    await using world = await createWorld()
    const [slow, fast] = [await world.join('studio', 'slow'), await world.join('studio', 'fast')]
    slow.socket.pause()
    const sdp = `v=0${'x'.repeat(390_000)}`
    for (let revision = 2; revision < 60; revision++) {
      fast.update({ id: fast.peerConnectionId, description: { type: 'offer', revision, sdp } })
    }
    await fast.nextParticipant(slow.sid, 'reconnecting')
    slow.socket.resume()
    expect(await slow.closed()).toBe(1006)
  })
})

/** What is no frame at all, what looks like one, and what is nearly right. */
function hostileFrame(): fc.Arbitrary<unknown> {
  const text = fc.oneof(fc.string(), fc.constantFrom('', '__proto__', '\ud800', 'v=0', '\0', 'x'.repeat(10_000)))
  const number = fc.oneof(fc.integer(), fc.double(), fc.constantFrom(-1, 2 ** 53, 1e308))
  const any = fc.oneof(fc.jsonValue(), text, number)
  const orAny = <TValue>(arbitrary: fc.Arbitrary<TValue>) =>
    fc.oneof({ weight: 5, arbitrary }, { weight: 1, arbitrary: any })
  const localTrack = fc.record(
    {
      id: orAny(text),
      kind: orAny(fc.constantFrom('audio', 'video', 'data')),
      name: orAny(text),
      enabled: orAny(fc.boolean()),
      priority: orAny(fc.constantFrom('low', 'standard', 'high')),
    },
    { requiredKeys: ['id', 'kind', 'name'] },
  )
  const peerConnection = fc.record(
    {
      id: orAny(fc.constantFrom('OWN', 'x')),
      description: orAny(
        fc.record({
          type: orAny(fc.constantFrom('offer', 'answer', 'close', 'create-offer', 'rollback')),
          revision: orAny(fc.nat(5)),
          sdp: orAny(fc.constantFrom('v=0', '')),
        }),
      ),
      ice: orAny(fc.record({ ufrag: orAny(text), revision: orAny(fc.nat(5)), candidates: orAny(fc.array(any)) })),
    },
    { requiredKeys: ['id'] },
  )
  const body = fc.record(
    {
      type: orAny(fc.constantFrom('update', 'connect', 'sync', 'ice', 'disconnect')),
      session: orAny(fc.constantFrom('OWN', null)),
      token: orAny(fc.constantFrom('GOOD')),
      name: orAny(fc.constantFrom('studio', null)),
      participant: orAny(
        fc.record({ revision: orAny(fc.nat(9)), tracks: orAny(fc.array(orAny(localTrack), { maxLength: 4 })) }),
      ),
      peer_connections: orAny(fc.array(orAny(peerConnection), { maxLength: 4 })),
      subscribe: any,
      media_signaling: any,
    },
    { requiredKeys: ['type'] },
  )
  const frame = fc.record(
    { type: orAny(fc.constantFrom('msg', 'msg', 'msg', 'hello', 'heartbeat', 'bye')), body: orAny(body), timeout: any },
    { requiredKeys: ['type', 'body'] },
  )
  return fc.oneof({ weight: 8, arbitrary: frame }, { weight: 1, arbitrary: text }, { weight: 1, arbitrary: any })
}

/** Puts the client's own session and peer connection, and a good token, where a frame says so. */
function fill(frame: unknown, client: TestClient): string {
  return JSON.stringify(frame)
    .replaceAll('"session":"OWN"', JSON.stringify({ session: client.session }).slice(1, -1))
    .replaceAll('"OWN"', JSON.stringify(client.peerConnectionId))
    .replaceAll('"GOOD"', JSON.stringify(signToken({ identity: 'mallory' })))
}

/** Two clients are still in a call: what one changes, the other sees. */
async function expectCall(one: TestClient, other: TestClient): Promise<void> {
  one.participant.revision++
  const [camera = track('camera'), ...others] = one.participant.tracks
  const changed = { ...camera, enabled: !camera.enabled }
  one.participant.tracks.splice(0, one.participant.tracks.length, changed, ...others)
  one.update()
  const { tracks } = await other.nextParticipant(one.sid)
  expect(tracks).toMatchObject([{ enabled: changed.enabled }])
}

describe('a socket that has shown no valid access token', () => {
  it('may say little', async () => {
    await using world = await createWorld()
    const client = await world.open()
    client.frame({ type: 'hello', id: 'x', timeout: 5000, padding: 'x'.repeat(70_000) })
    await client.closed()
    expect(client.frames).toEqual([])
    const member = await world.join('studio')
    member.frame({ type: 'heartbeat', padding: 'x'.repeat(70_000) })
    member.send({ type: 'ice', token: signToken() })
    await member.next(({ type }) => type === 'iced')
  })

  it('makes room for others', async () => {
    await using world = await createWorld()
    const first = await world.open()
    const member = await world.join('studio')
    await Promise.all(Array.from({ length: 500 }, () => world.open()))
    await first.closed()
    expect(member.closeCode).toBeNull()
  })
})
