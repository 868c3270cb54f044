import { expect, it } from 'vitest'
import { MediaPeer } from '../../src/signaling/media/media-peer.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../../src/signaling/message.ts'
import { createRoom } from '../../src/state/index.ts'
import { createChannelClient } from './channel-client.ts'
import { track, type TestClient } from './test-client.ts'
import { createWorld, signToken } from './world.ts'

const transports = [{ type: 'data-channel' }]

it('grants what it can serve, and nothing to those who do not ask', async () => {
  await using world = await createWorld()
  const asked = { active_speaker: { transports }, network_quality: { transports }, publisher_hints: { transports } }
  const alice = await world.join('studio', 'alice', { mediaSignaling: asked })
  expect(alice.messages[0]?.media_signaling).toEqual({
    active_speaker: { transport: { type: 'data-channel', label: expect.any(String) } },
    network_quality: { transport: { type: 'data-channel', label: expect.any(String) } },
  })
  const bob = await world.join('studio', 'bob', { mediaSignaling: { publisher_hints: { transports } } })
  expect(bob.messages[0]).not.toHaveProperty('media_signaling')
})

it('grants nothing when it is switched off', async () => {
  await using world = await createWorld({ mediaSignaling: false })
  const alice = await world.join('studio', 'alice', { mediaSignaling: { active_speaker: { transports } } })
  expect(alice.messages[0]).not.toHaveProperty('media_signaling')
})

it('grants nothing in a room that has no media server at Twilio', async () => {
  await using world = await createWorld()
  createRoom(world.state, { name: 'studio', settings: { type: 'peer-to-peer' } })
  const alice = await world.join('studio', 'alice', { mediaSignaling: { active_speaker: { transports } } })
  expect(alice.messages[0]).not.toHaveProperty('media_signaling')
})

it('rates the network of everyone who reports', async () => {
  await using world = await createWorld()
  const asked = { mediaSignaling: { network_quality: { transports } } }
  const [alice, bob] = [await world.join('studio', 'alice', asked), await world.join('studio', 'bob', asked)]
  await using toAlice = await openChannel(alice)
  await using toBob = await openChannel(bob)
  const video = { recv: { bitrate: 1, fractionLost: 0.05, jitter: 0 } }
  toAlice.say({ type: 'network_quality', video, reportLevel: 1, remoteReportLevel: 1 })
  expect(await toAlice.next()).toEqual({ type: 'network_quality', local: 3, remotes: [] })
  toBob.say({ type: 'network_quality', reportLevel: 2, remoteReportLevel: 1 })
  expect(await toBob.next()).toMatchObject({
    local: { level: 5, audio: { send: 5, recv: 5 } },
    remotes: [{ sid: alice.sid, level: 3 }],
  })
})

it('tells which video is switched off, and takes the client’s wishes for it', async () => {
  await using world = await createWorld()
  const channels = { track_switch_off: { transports }, render_hints: { transports }, track_priority: { transports } }
  const alice = await world.join('studio', 'alice', {
    mediaSignaling: channels,
    bandwidthProfile: { video: { max_tracks: 1, mode: 'grid' } },
  })
  await using channel = await openChannel(alice)
  const bob = await world.join('studio', 'bob', { tracks: [track('one')] })
  const carol = await world.join('studio', 'carol', { tracks: [track('two'), track('voice', { kind: 'audio' })] })
  const [one] = world.state.rooms.get(alice.roomSid)?.connected.get('bob')?.tracks.keys() ?? []
  const [two] = world.state.rooms.get(alice.roomSid)?.connected.get('carol')?.tracks.keys() ?? []
  expect(await channel.next()).toEqual({ type: 'track_switch_off', off: [two], on: [] })

  channel.say({ type: 'track_priority', track: two, subscribe: 'high' }, 'track_priority')
  expect(await channel.next()).toEqual({ type: 'track_switch_off', off: [one], on: [two] })
  const hints = [{ track: two, enabled: false, render_dimensions: { width: 1, height: 1 } }]
  channel.say({ type: 'render_hints', subscriber: { id: 7, hints } }, 'render_hints')
  expect(await channel.next()).toEqual({
    type: 'render_hints',
    subscriber: { id: 7, hints: [{ track: two, result: 'OK' }] },
  })
  expect(await channel.next()).toEqual({ type: 'track_switch_off', off: [two], on: [one] })

  alice.send({ type: 'update', session: alice.session, bandwidth_profile: { video: { max_tracks: 5 } } })
  alice.send({ type: 'ice', token: signToken() })
  await alice.next(({ type }) => type === 'iced')
  channel.say({ type: 'render_hints', subscriber: { id: 8, hints: [{ track: two, enabled: true }] } }, 'render_hints')
  await channel.next()
  expect(await channel.next()).toEqual({ type: 'track_switch_off', off: [], on: [two] })
  expect([bob.closeCode, carol.closeCode]).toEqual([null, null])
})

it('tells a client whose word that it is ready was lost', async () => {
  await using world = await createWorld()
  const alice = await world.join('studio', 'alice', {
    mediaSignaling: { track_switch_off: { transports } },
    bandwidthProfile: { video: { max_tracks: 1 } },
  })
  await using channel = await openChannel(alice, false)
  await world.join('studio', 'bob', { tracks: [track('one'), track('two')] })
  const [, two] = world.state.rooms.get(alice.roomSid)?.connected.get('bob')?.tracks.keys() ?? []
  expect(await channel.next()).toEqual({ type: 'track_switch_off', off: [two], on: [] })
})

it('switches video off for a client that limits its bitrate, unless it wants none switched off', async () => {
  await using world = await createWorld()
  const limited = { max_subscription_bandwidth: 400, max_tracks: 0 }
  const asked = { mediaSignaling: { track_switch_off: { transports }, render_hints: { transports } } }
  const alice = await world.join('studio', 'alice', { ...asked, bandwidthProfile: { video: limited } })
  const bob = await world.join('studio', 'bob', {
    ...asked,
    bandwidthProfile: { video: { ...limited, track_switch_off: 'disabled' } },
  })
  await using toAlice = await openChannel(alice)
  await using toBob = await openChannel(bob)
  await world.join('studio', 'carol', { tracks: [track('one')] })
  await world.join('studio', 'dave', { tracks: [track('two')] })
  const [one] = world.state.rooms.get(alice.roomSid)?.connected.get('carol')?.tracks.keys() ?? []
  const [two] = world.state.rooms.get(alice.roomSid)?.connected.get('dave')?.tracks.keys() ?? []
  expect(await toAlice.next()).toEqual({ type: 'track_switch_off', off: [two], on: [] })
  // Both are told in the same turn: had there been something to tell Bob, it would come before these answers.
  toBob.say({ type: 'render_hints', subscriber: { id: 1, hints: [{ track: one, enabled: false }] } }, 'render_hints')
  expect(await toBob.next()).toMatchObject({ type: 'render_hints' })
  expect(await toBob.next()).toEqual({ type: 'track_switch_off', off: [one], on: [] })
})

it.each(['VP8', 'H264'])('agrees on %s alone in a room that was created with that codec only', async (codec) => {
  await using world = await createWorld()
  createRoom(world.state, { name: 'studio', settings: { videoCodecs: [codec] } })
  const alice = await world.join('studio', 'alice', { mediaSignaling: { active_speaker: { transports } } })
  await using channel = await openChannel(alice)
  const [, video = ''] = (await channel.offerVideo()).split('m=video')
  expect(video).toMatch(/^ 9 /)
  expect(Array.from(video.matchAll(/^a=rtpmap:\d+ (.+)\/90000/gm), ([, name]) => name)).toEqual([codec])
})

it('keeps the peer connection of its own through a lost socket', async () => {
  await using world = await createWorld()
  const alice = await world.join('studio', 'alice', { mediaSignaling: { active_speaker: { transports } } })
  const offered = await alice.nextPeerConnection('offer')
  alice.socket.terminate()
  const synced = await alice.resume(await world.open(), { token: signToken({ identity: 'alice' }) })
  expect(synced.peer_connections.map(({ id }: { id: string }) => id)).toContain(offered.id)
})

it('lives through descriptions and candidates that are nonsense', async () => {
  const { promise, resolve } = Promise.withResolvers<PeerConnectionState>()
  const peer = new MediaPeer(new Map([['active_speaker', 'label']]), {
    send: resolve,
    onMessage: () => {},
    onAudioLevel: () => {},
  })
  peer.start()
  const { description } = await promise
  const sdp = description && 'sdp' in description ? description.sdp : ''
  const nonsense = [
    'v=0',
    'v=0\r\nm=audio',
    sdp.replaceAll('a=fingerprint', 'a=x'),
    sdp.replaceAll(/a=ice-ufrag:.*/g, ''),
    sdp.replaceAll('sctp-port:5000', 'sctp-port:-1'),
    sdp.replaceAll('m=application', 'm=audio'),
    `${sdp}m=video 9 UDP/TLS/RTP/SAVPF 999999\r\na=rtpmap:x\r\na=mid:\u0000\r\n`,
    `${sdp}${'m=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=mid:9\r\n'.repeat(200)}`,
  ]
  for (const type of ['answer', 'offer'] as const) {
    for (const sdp of nonsense) {
      const state: ClientPeerConnection = { id: peer.id, description: { type, revision: 1, sdp } }
      peer.receive(state)
    }
  }
  for (const candidate of ['', 'candidate:x', 'candidate:1 1 udp 1 300.300.300.300 99999 typ host', '\u0000']) {
    peer.receive({ id: peer.id, ice: { ufrag: 'u', revision: 1, candidates: [{ candidate, sdpMid: 'x' }] } })
  }
  // What goes wrong inside and is caught nowhere, vitest reports.
  await expect(peer.settled()).resolves.toBeUndefined()
  peer.close()
})

/** Answers the emulator's own offer and waits until its data channel is open. */
async function openChannel(client: TestClient, saysReady?: boolean) {
  const isOwn = (entry: { description?: { sdp?: string } }) => entry.description?.sdp?.includes('m=application')
  const { peer_connections } = await client.next(({ peer_connections }) => peer_connections?.some(isOwn))
  const count = Object.keys(client.messages[0]?.media_signaling).length
  return createChannelClient(client, peer_connections.find(isOwn), { count, saysReady })
}
