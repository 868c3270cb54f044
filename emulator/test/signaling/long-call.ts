/**
 * A call of two hours, told in ten minutes, through every wrap of sequence numbers, timestamps and ciphers; prints what
 * it took: `node --expose-gc emulator/test/signaling/long-call.ts [minutes] [hours]`.
 */
import { formatSenderReport } from '../../src/signaling/forwarding/rtcp-packet.ts'
import { createMediaClient, mediaTrack, type MediaClient, type SentTrack } from './media-client.ts'
import { createWorld, type World } from './world.ts'

/** A track, and how its packets follow each other. */
type Stream = SentTrack & { payloadType: number; perSecond: number; clockRate: number }

const KEYFRAME = Buffer.from('100000009d012a8002e001ff', 'hex')
const DELTA = Buffer.from('10010203', 'hex')
const STREAMS: readonly Stream[] = [
  { id: 'camera', kind: 'video', ssrc: 1001, payloadType: 96, perSecond: 30, clockRate: 90_000 },
  { id: 'voice', kind: 'audio', ssrc: 1002, payloadType: 111, perSecond: 50, clockRate: 48_000 },
]
/** Both wrap within the first minute of the call, and sequence numbers every 22 to 36 minutes from then on. */
const FIRST_SEQUENCE = 65_000
const MAX_BURST = 50
const FIRST_TIMESTAMP = 2 ** 32 - 90_000 * 30

export type LongCall = {
  sent: number
  received: number
  /** Packets that did not follow the one before as they were sent. */
  wrong: number
  sequenceWraps: number
  timestampWraps: number
  /** Bytes of heap that a tenth of the call, and all of it, left behind. */
  heapEarly: number
  heapLate: number
  /** UDP sockets while the call goes on, and after it. */
  sockets: { before: number; after: number }
}

/** Lets one client send to another, all packets of a call, in less time than it would take. */
export async function runLongCall(callSeconds: number, wallSeconds: number): Promise<LongCall> {
  await using world = await createWorld({ media: 'forwarding' })
  await using alice = await join(world, 'alice', STREAMS)
  await using bob = await join(world, 'bob')
  await Promise.all(STREAMS.map(({ id }) => bob.subscribed(id)))
  const before = countSockets()
  const checks = STREAMS.map((stream) => createCheck(stream, () => bob.ssrcOf(stream.id)))
  const result = { sent: 0, heapEarly: 0 }
  const started = performance.now()
  const sent = STREAMS.map(() => 0)
  let reportedAt = 0
  let isOver = false
  while (!isOver) {
    await new Promise((resolve) => setTimeout(resolve, 10))
    const done = Math.min(1, (performance.now() - started) / 1000 / wallSeconds)
    isOver = done === 1
    for (const [index, stream] of STREAMS.entries()) {
      const due = Math.floor(done * callSeconds * stream.perSecond)
      const before = sent[index] ?? 0
      // After a stall no more at once than a socket takes: a cipher cannot be followed past a wrap that nobody saw.
      const now = Math.min(due, before + MAX_BURST)
      for (let packet = before; packet < now; packet++) send(alice, stream, packet)
      sent[index] = now
      if (now < due) isOver = false
    }
    if (performance.now() - reportedAt > 1000) {
      reportedAt = performance.now()
      for (const [index, stream] of STREAMS.entries()) report(alice, stream, sent[index] ?? 0)
    }
    for (const { header, payload } of bob.received.splice(0)) for (const check of checks) check.take(header, payload)
    // What a client keeps of all that it hears is not the server's.
    bob.control.length = alice.control.length = 0
    if (result.heapEarly === 0 && done > 0.1) result.heapEarly = measureHeap()
  }
  const heapLate = measureHeap()
  for (const client of [alice, bob]) client.signaling.leave()
  await Promise.all([alice.signaling.closed(), bob.signaling.closed()])
  const sum = (count: (check: Check) => number) => checks.reduce((total, check) => total + count(check), 0)
  return {
    ...result,
    sent: sent.reduce((total, count) => total + count, 0),
    received: sum(({ received }) => received),
    wrong: sum(({ wrong }) => wrong),
    sequenceWraps: sum(({ sequenceWraps }) => sequenceWraps),
    timestampWraps: sum(({ timestampWraps }) => timestampWraps),
    heapLate,
    sockets: { before, after: countSockets() },
  }
}

type Header = { ssrc: number; sequenceNumber: number; timestamp: number }
type Check = ReturnType<typeof createCheck>

/** Looks whether a track's packets arrive as they were sent: each says which one it is. */
function createCheck({ perSecond, clockRate }: Stream, ssrc: () => number) {
  let last: { header: Header; index: number } | undefined
  const check = {
    received: 0,
    wrong: 0,
    sequenceWraps: 0,
    timestampWraps: 0,
    take(header: Header, payload: Buffer): void {
      if (header.ssrc !== ssrc()) return
      check.received++
      const index = payload.readUInt32BE(payload.length - 4)
      if (last !== undefined) {
        const steps = index - last.index
        const isRight =
          ((header.sequenceNumber - last.header.sequenceNumber) & 0xffff) === (steps & 0xffff) &&
          (header.timestamp - last.header.timestamp) >>> 0 === ((steps * clockRate) / perSecond) >>> 0
        if (!isRight) check.wrong++
        if (steps > 0 && header.sequenceNumber < last.header.sequenceNumber) check.sequenceWraps++
        if (steps > 0 && header.timestamp < last.header.timestamp) check.timestampWraps++
      }
      last = { header, index }
    },
  }
  return check
}

function send(client: MediaClient, { ssrc, kind, payloadType, ...stream }: Stream, index: number): void {
  const name = Buffer.alloc(4)
  name.writeUInt32BE(index)
  const isKeyframe = kind === 'audio' || index % 100 === 0
  client.sendRtp({
    ssrc,
    payloadType,
    sequence: (FIRST_SEQUENCE + index) & 0xffff,
    timestamp: timestampOf(stream, index),
    payload: Buffer.concat([isKeyframe ? KEYFRAME : DELTA, name]),
  })
}

function report(client: MediaClient, stream: Stream, index: number): void {
  const ntpSeconds = Math.floor(index / stream.perSecond)
  const rtpTimestamp = timestampOf(stream, index)
  client.sendControl(
    formatSenderReport(stream.ssrc, { ntpSeconds, ntpFraction: 0, rtpTimestamp, packets: index, bytes: index * 16 }),
  )
}

function timestampOf({ clockRate, perSecond }: Pick<Stream, 'clockRate' | 'perSecond'>, index: number): number {
  return (FIRST_TIMESTAMP + (index * clockRate) / perSecond) >>> 0
}

async function join(world: World, identity: string, tracks: readonly SentTrack[] = []): Promise<MediaClient> {
  const signaling = await world.join('long', identity, { tracks: tracks.map(mediaTrack), peerConnections: [] })
  return createMediaClient(signaling, tracks)
}

function countSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name.includes('UDP')).length
}

function measureHeap(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

if (import.meta.main) {
  const [minutes = 10, hours = 2] = process.argv.slice(2).map(Number)
  const call = await runLongCall(hours * 3600, minutes * 60)
  process.stdout.write(`${JSON.stringify(call)}\n`)
  process.exitCode = call.wrong === 0 && call.received > call.sent * 0.99 ? 0 : 1
}
