import { createSocket } from 'node:dgram'
import { networkInterfaces } from 'node:os'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatKeyframeRequest, formatNack } from '../../src/signaling/forwarding/rtcp-packet.ts'
import { createEmulator } from '../../src/index.ts'
import { createRoom, setSubscribeRules } from '../../src/state/index.ts'
import { runLongCall } from './long-call.ts'
import { createMediaClient, mediaTrack, type MediaClient, type SentTrack } from './media-client.ts'
import { createWorld, type World } from './world.ts'

const KEYFRAME = Buffer.from('100000009d012a8002e001ff', 'hex')
const DELTA = Buffer.from('10010203', 'hex')
const camera: SentTrack = { id: 'camera', kind: 'video', ssrc: 1001 }
const voice: SentTrack = { id: 'voice', kind: 'audio', ssrc: 1002 }

async function join(
  world: World,
  identity: string,
  tracks: readonly SentTrack[] = [],
  mayAnswer?: Promise<unknown>,
): Promise<MediaClient> {
  const signaling = await world.join('studio', identity, { tracks: tracks.map(mediaTrack), peerConnections: [] })
  return createMediaClient(signaling, tracks, mayAnswer)
}

/** Alice sends a camera and a voice, Bob receives them. */
async function createCall(world: World) {
  const alice = await join(world, 'alice', [camera, voice])
  const bob = await join(world, 'bob')
  await Promise.all([bob.subscribed('camera'), bob.subscribed('voice')])
  let sequence = 65_530
  const send = (payload = DELTA, track = camera) => {
    sequence = (sequence + 1) & 0xffff
    const payloadType = track.kind === 'video' ? 96 : 111
    alice.sendRtp({ ssrc: track.ssrc, payloadType, sequence, timestamp: sequence * 10, payload })
    return sequence
  }
  /** Once it flows, whatever is sent comes. */
  const flow = async () => {
    const before = bob.received.length
    const timer = setInterval(() => send(KEYFRAME), 20)
    await bob.until(({ header }) => header.ssrc === bob.ssrcOf('camera') && bob.received.length > before)
    clearInterval(timer)
  }
  await flow()
  return { alice, bob, send, flow }
}

describe('a room whose media are forwarded', () => {
  it('gives each client one peer connection, with candidates for every address', async () => {
    await using world = await createWorld({ media: 'forwarding', mediaSocket: { address: '127.0.0.1' } })
    const { alice, bob } = await createCall(world)
    for (const { signaling } of [alice, bob]) {
      const ids = signaling.messages.flatMap(({ peer_connections: list = [] }) =>
        list.map(({ id }: { id: string }) => id),
      )
      expect(new Set(ids)).toEqual(new Set([signaling.peerConnectionId]))
    }
    await Promise.all([alice, bob].map((client) => client[Symbol.asyncDispose]()))
  })

  it.each(['group', 'group-small'] as const)('is one of type %s', async (type) => {
    await using world = await createWorld({ media: 'forwarding' })
    createRoom(world.state, { name: 'studio', settings: { type } })
    const { alice, bob } = await createCall(world)
    await Promise.all([alice, bob].map((client) => client[Symbol.asyncDispose]()))
  })

  it.each(['go', 'peer-to-peer'] as const)('is none of type %s, which has no media server at Twilio', async (type) => {
    await using world = await createWorld({ media: 'forwarding' })
    createRoom(world.state, { name: 'studio', settings: { type } })
    const [alice, bob] = [await world.join('studio'), await world.join('studio')]
    expect(await alice.nextPeerConnection('offer')).toMatchObject({ id: bob.peerConnectionId })
  })

  it('asks the publisher for a keyframe when someone subscribes, or cannot go on', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    await using alice = await join(world, 'alice', [camera])
    alice.sendRtp({ ssrc: 1001, payloadType: 96, sequence: 1, timestamp: 1, payload: DELTA })
    await using bob = await join(world, 'bob')
    await alice.untilControl((packet) => packet.type === 206)
    alice.sendRtp({ ssrc: 1001, payloadType: 96, sequence: 2, timestamp: 2, payload: KEYFRAME })
    const { header } = await bob.until(({ payload }) => payload.equals(KEYFRAME))
    const before = alice.control.length
    bob.sendControl(formatKeyframeRequest(1, header.ssrc))
    await alice.untilControl((packet) => packet.type === 206 && alice.control.indexOf(packet) >= before)
  })

  it('lets a newcomer take in what the others send before it offers them what the newcomer does', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    await using alice = await join(world, 'alice', [camera])
    const mayAnswer = Promise.withResolvers<void>()
    await using bob = await join(world, 'bob', [voice], mayAnswer.promise)
    const send = () => bob.sendRtp({ ssrc: voice.ssrc, payloadType: 111, sequence: 1, timestamp: 1, payload: DELTA })
    const timer = setInterval(send, 20)
    // A report on what has arrived: the server knows that Bob is connected.
    await bob.untilControl((packet) => packet.type === 201)
    clearInterval(timer)
    expect(alice.ssrcOf('voice')).toBe(0)
    mayAnswer.resolve()
    await alice.subscribed('voice')
  })

  it('does not wait for ever for a client that answers nothing', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    await using alice = await join(world, 'alice', [camera])
    await using _bob = await join(world, 'bob', [voice], new Promise(() => {}))
    await alice.subscribed('voice')
  })

  it('begins anew with a client that gives its connection up for another', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, send } = await createCall(world)
    await using _alice = alice
    const { signaling } = bob
    await bob[Symbol.asyncDispose]()
    signaling.update({ id: signaling.peerConnectionId, description: { type: 'close', revision: 100 } })
    const asked = await signaling.nextPeerConnection('create-offer')
    expect(asked.id).not.toBe(signaling.peerConnectionId)
    signaling.peerConnectionId = asked.id
    await using again = await createMediaClient(signaling, [], Promise.resolve(), asked.description.revision + 1)
    await Promise.all(['camera', 'voice'].map((id) => again.subscribed(id)))
    const timer = setInterval(() => send(KEYFRAME), 20)
    await again.until(({ header }) => header.ssrc === again.ssrcOf('camera'))
    clearInterval(timer)
  })

  it('asks for what it has lost, and sends again what others have lost', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, send } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    const first = send(KEYFRAME)
    alice.sendRtp({ ssrc: 1001, payloadType: 96, sequence: (first + 3) & 0xffff, timestamp: 1, payload: DELTA })
    await alice.untilControl((packet) => packet.type === 205 && JSON.stringify(packet).includes('"lost"'))

    const last = bob.received.at(-1)?.header
    bob.sendControl(formatNack(1, last?.ssrc ?? 0, [last?.sequenceNumber ?? 0]))
    const again = await bob.until(({ header }) => header.payloadType === 97)
    expect(again.payload.readUInt16BE(0)).toBe(last?.sequenceNumber)
  })

  it('stops packets when a subscription ends, and when a track is unpublished', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, send, flow } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    const participant = world.room('studio').connected.get('bob')
    if (!participant) throw new Error('Bob is not there')
    setSubscribeRules(world.state, participant, [{ type: 'include', kind: 'audio' }])
    await bob.signaling.next(({ subscribed }) => subscribed?.tracks.length === 1)
    const marker = Buffer.from('marker')
    const before = bob.received.length
    send(KEYFRAME)
    send(marker, voice)
    await bob.until(({ payload }) => payload.equals(marker))
    expect(bob.received.slice(before).map(({ header }) => header.ssrc)).toEqual([bob.ssrcOf('voice')])
    setSubscribeRules(world.state, participant, [{ type: 'include', all: true }])
    await flow()
  })

  it('keeps sequence numbers, timestamps and ciphers right past every wrap', { timeout: 120_000 }, async () => {
    // Five minutes, of which all numbers wrap in the first; `long-call.ts` by itself makes it two hours.
    const call = await runLongCall(5 * 60, 10)
    expect(call.wrong, JSON.stringify(call)).toBe(0)
    // A busy machine drops some on the way; a cipher that has lost count would drop all that follow.
    expect(call.received, JSON.stringify(call)).toBeGreaterThan(call.sent / 2)
    expect(call.sockets.after).toBe(call.sockets.before)
  })
})

describe('the port for media', () => {
  it('is the first of those asked for that is free, and the address what browsers are to be told', async () => {
    const taken = createSocket('udp4')
    await new Promise<void>((resolve) => taken.bind(0, resolve))
    const { port } = taken.address()
    await using world = await createWorld({
      media: 'forwarding',
      mediaSocket: { ports: [port, port + 20], address: '127.0.0.1' },
    })
    await using alice = await join(world, 'alice')
    expect(alice.port).toBeGreaterThan(port)
    expect(alice.port).toBeLessThanOrEqual(port + 20)
    await expect(createEmulator({ mediaPorts: [port, port] })).rejects.toThrow(`No UDP port from ${port}`)
    await using emulator = await createEmulator({ mediaPorts: [port, port + 20] })
    expect(emulator.mediaPort).toBeGreaterThan(alice.port)
    taken.close()
  })
})

describe('media over IPv6', () => {
  const hasIPv6 = Object.values(networkInterfaces()).some((entries) =>
    entries?.some(({ address }) => address === '::1'),
  )

  it.skipIf(!hasIPv6)('flow as over IPv4, on the same port', async () => {
    await using world = await createWorld({ media: 'forwarding', mediaSocket: { address: '::1' } })
    const { alice, bob, flow } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    await flow()
  })
})

describe('hostile media', () => {
  it('harm neither the process nor others', { timeout: 120_000 }, async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, flow } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    await using mallory = await join(world, 'mallory', [{ id: 'noise', kind: 'video', ssrc: 666 }])
    const stranger = createSocket('udp4')
    const bytes = fc.uint8Array({ maxLength: 200 }).map((list) => Buffer.from(list))
    const first = fc.constantFrom(0, 1, 20, 21, 22, 23, 63, 128, 144, 160, 176, 255)
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(bytes, first), { minLength: 20, maxLength: 60 }), async (datagrams) => {
        for (const [bytes, first] of datagrams) {
          const datagram = Buffer.concat([Buffer.from([first]), bytes])
          stranger.send(datagram, mallory.port, '127.0.0.1')
          mallory.sendDatagram(datagram)
          // Rightly encrypted nonsense.
          mallory.sendData(bytes)
          mallory.sendControl(
            Buffer.concat([Buffer.from([0x80 | (first & 0x1f), 200 + (first % 8), 0, 1]), Buffer.alloc(4), bytes]),
          )
          mallory.sendRtp({
            ssrc: first % 2 ? 666 : first,
            payloadType: 96,
            sequence: first * 250,
            timestamp: first,
            payload: bytes,
          })
        }
      }),
      { numRuns: 20 },
    )
    stranger.close()
    await flow()
    expect(world.errors).toEqual([])
  })

  it('cannot take the place of another’s track under its id', async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, flow } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    await using mallory = await join(world, 'mallory', [{ ...camera, ssrc: 666 }])
    const fake = Buffer.concat([KEYFRAME, Buffer.from('fake')])
    for (let sequence = 1; sequence < 20; sequence++) {
      mallory.sendRtp({ ssrc: 666, payloadType: 96, sequence, timestamp: sequence, payload: fake })
    }
    await flow()
    expect(bob.received.filter(({ payload }) => payload.equals(fake))).toEqual([])
  })

  it('leave nothing behind after forty rounds of joins and leaves', { timeout: 120_000 }, async () => {
    await using world = await createWorld({ media: 'forwarding' })
    const { alice, bob, flow } = await createCall(world)
    await using _alice = alice
    await using _bob = bob
    const sockets = () => process.getActiveResourcesInfo().filter((name) => name.includes('UDP')).length
    const before = sockets()
    let heapBefore = 0
    for (let round = 0; round < 40; round++) {
      // By then all is loaded and warm.
      if (round === 5) heapBefore = measureHeap()
      const guest = await join(world, 'guest', [{ id: `track-${round}`, kind: 'video', ssrc: 5000 + round }])
      await bob.subscribed(`track-${round}`)
      guest.signaling.leave()
      await guest.signaling.closed()
      await guest[Symbol.asyncDispose]()
    }
    await flow()
    const offers = bob.signaling.messages.flatMap(({ peer_connections: list = [] }) => list)
    const lines = String(offers.at(-1)?.description?.sdp).split(/^m=/m).length - 1
    expect(lines).toBeLessThanOrEqual(6)
    expect(sockets()).toBe(before)
    // A client takes one or two megabytes while it is there.
    expect(measureHeap() - heapBefore).toBeLessThan(12 * 2 ** 20)
    expect(world.errors).toEqual([])
  })
})

/** Bytes of heap in use, after garbage collection. */
function measureHeap(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  return process.memoryUsage().heapUsed
}
