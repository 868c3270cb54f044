import { expect, it } from 'vitest'
import { createRoom } from '../../src/state/index.ts'
import { answer, ice, offer, track, type Message } from './test-client.ts'
import { createWorld } from './world.ts'

it('gives the offer of a newcomer to the first, and asks the others to offer', async () => {
  await using world = await createWorld()
  const [alice, bob] = [await world.join('studio'), await world.join('studio')]
  const toAlice = await alice.next(({ peer_connections }) => peer_connections)
  // The spare one goes first: it would hide the state of the others.
  expect(toAlice.peer_connections).toMatchObject([
    { id: alice.peerConnectionId, description: { type: 'close' } },
    { id: bob.peerConnectionId, description: { type: 'offer', revision: 1, sdp: 'v=0 offer 1' } },
  ])
  alice.update(answer(bob.peerConnectionId, 1))
  await bob.nextPeerConnection('answer')

  const carol = await world.join('studio')
  expect(await alice.nextPeerConnection()).toMatchObject({ id: carol.peerConnectionId, description: { type: 'offer' } })
  const asked = await bob.nextPeerConnection()
  expect(asked).toMatchObject({ description: { type: 'create-offer', revision: 1 } })
  bob.update(offer(asked.id, 2))
  expect(await carol.nextPeerConnection()).toMatchObject({ id: asked.id, description: { type: 'offer', revision: 2 } })
  carol.update(answer(asked.id, 2))
  expect(await bob.nextPeerConnection()).toMatchObject({ id: asked.id, description: { type: 'answer', revision: 2 } })
})

it.each([
  ['group', 'm=video 9 UDP/TLS/RTP/SAVPF 2'],
  // At Twilio nothing stands between the browsers there.
  ['peer-to-peer', 'm=video 9 UDP/TLS/RTP/SAVPF 1 2'],
] as const)('keeps a %s room to its codecs as far as Twilio does', async (type, line) => {
  await using world = await createWorld()
  createRoom(world.state, { name: 'studio', settings: { type, videoCodecs: ['H264'] } })
  const alice = await world.join('studio')
  const video = 'm=video 9 UDP/TLS/RTP/SAVPF 1 2\r\na=rtpmap:1 VP8/90000\r\na=rtpmap:2 H264/90000\r\n'
  const description = { type: 'offer', revision: 1, sdp: `v=0\r\n${video}` }
  await world.join('studio', 'bob', { peerConnections: [{ id: 'a', description }] })
  expect((await alice.nextPeerConnection('offer')).description.sdp.split('\r\n')).toContain(line)
})

it('relays candidates as they are, and none twice', async () => {
  await using world = await createWorld()
  const [alice, bob] = [await world.join('studio'), await world.join('studio')]
  const id = bob.peerConnectionId
  await alice.nextPeerConnection('offer')
  bob.update(ice(id, 1))
  bob.update(ice(id, 2))
  bob.update(ice(id, 2))
  bob.update(ice(id, 1, 'u2'))
  const seen: Message[] = []
  while (seen.length < 3) seen.push((await alice.next(({ peer_connections }) => peer_connections)).peer_connections[0])
  expect(seen.map(({ ice }) => [ice.ufrag, ice.revision, ice.candidates.length])).toEqual([
    ['u1', 1, 1],
    ['u1', 2, 2],
    ['u2', 1, 1],
  ])
})

it('pairs two anew when a client gives up on their peer connection, and renews their subscriptions', async () => {
  await using world = await createWorld()
  const [alice, bob] = [
    await world.join('studio', 'alice', { tracks: [track('one')] }),
    await world.join('studio', 'bob', { tracks: [track('two')] }),
  ]
  const id = bob.peerConnectionId
  await alice.nextPeerConnection('offer')
  alice.update(answer(id, 1))
  await bob.nextPeerConnection('answer')
  bob.update({ id, description: { type: 'close', revision: 2 } })
  const { peer_connections } = await alice.next(({ peer_connections }) => peer_connections)
  expect(peer_connections).toMatchObject([
    { id, description: { type: 'close' } },
    { description: { type: 'create-offer', revision: 1 } },
  ])
  const successor = peer_connections[1].id
  expect(successor).not.toBe(id)
  alice.update(offer(successor, 2))
  await bob.nextPeerConnection('offer')
  bob.update(answer(successor, 2))
  for (const [client, trackId] of [
    [alice, 'id-of-two'],
    [bob, 'id-of-one'],
  ] as const) {
    const taken = await client.next(({ subscribed }) => subscribed)
    const given = await client.next(({ subscribed }) => subscribed)
    expect(taken.subscribed.tracks).toEqual([])
    expect(given.subscribed.tracks).toMatchObject([{ id: trackId }])
    expect(given.subscribed.revision).toBe(taken.subscribed.revision + 1)
  }
})

it('stops pairing two whose peer connections never come about', async () => {
  await using world = await createWorld()
  const [alice, bob] = [await world.join('studio'), await world.join('studio')]
  let { id } = await alice.nextPeerConnection('offer')
  for (let failures = 1; failures <= 10; failures++) {
    alice.update({ id, description: { type: 'close', revision: 1 } })
    id = (await bob.nextPeerConnection('create-offer')).id
  }
  alice.update({ id, description: { type: 'close', revision: 1 } })
  const last = await bob.next(({ peer_connections }) => peer_connections?.some((entry: Message) => entry.id === id))
  expect(last.peer_connections).toMatchObject([{ id, description: { type: 'close' } }])
})

it('joins and leaves with six at once, and every two have one peer connection', async () => {
  await using world = await createWorld()
  const clients = await Promise.all(Array.from({ length: 6 }, () => world.join('studio')))
  const pairs = new Map<string, number>()
  for (const client of clients) {
    await client.settled()
    const ids = new Set<string>()
    for (const { peer_connections = [] } of client.messages) {
      for (const { id, description } of peer_connections) {
        if (description.type === 'close') ids.delete(id)
        else ids.add(id)
      }
    }
    for (const id of ids) pairs.set(id, (pairs.get(id) ?? 0) + 1)
  }
  // Newcomers have not been offered anything yet, except by the offer that they brought along.
  expect(pairs.size).toBe(15)
})
