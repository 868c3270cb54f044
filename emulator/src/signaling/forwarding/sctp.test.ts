import { Event, RTCSctpTransport } from 'werift'
import { describe, expect, it } from 'vitest'
import { SctpAssociation } from './sctp.ts'

const LAST = 1
const FIRST = 2
const UNORDERED = 4

describe('an SCTP association', () => {
  it('brings messages, whole and in order', async () => {
    const { data, received } = await associate()
    await data(0, FIRST, 'one, ')
    await data(2, FIRST | LAST, 'three', 1)
    await data(1, LAST, 'two, ')
    expect(received.join('')).toBe('one, two, three')
  })

  it('keeps no more out of order than a client could have on its way, and goes on once the gap is filled', async () => {
    const { data, acknowledged } = await associate()
    for (let tsn = 1; tsn < 6000; tsn += 2) await data(tsn, FIRST | LAST | UNORDERED, 'x')
    expect(acknowledged().gaps).toBeGreaterThan(500)
    expect(acknowledged().gaps).toBeLessThanOrEqual(1024)
    await data(0, FIRST | LAST | UNORDERED, 'x')
    expect(acknowledged().upTo).toBe(1)
  })

  it.each([
    ['large parts', 1000, 1400],
    ['small parts', 1, 4096],
    ['nothing', 0, 0],
  ])('keeps no message that never ends, of %s', async (_, size, most) => {
    const { data, acknowledged } = await associate()
    for (let tsn = 0; tsn < 5000; tsn++) await data(tsn, tsn === 0 ? FIRST : 0, 'x'.repeat(size))
    expect(acknowledged().upTo).toBeLessThanOrEqual(most)
  })

  it('takes no stream that browsers do not have', async () => {
    const { data, received } = await associate()
    await data(0, FIRST | LAST, 'here', 0, 1023)
    await data(1, FIRST | LAST, 'there', 0, 60_000)
    expect(received).toEqual(['here'])
  })
})

/** An association whose client can send what no browser would. */
async function associate() {
  const received: string[] = []
  const latest = { upTo: -1, gaps: 0 }
  let first: number | undefined
  const established = Promise.withResolvers<void>()
  const client = new RTCSctpTransport(5000)
  const server = new SctpAssociation({
    send(packet) {
      // The client knows nothing of what is sent in its name.
      if (first === undefined) setImmediate(() => void internals.handleData(packet))
      else noteAcknowledgement(packet, first)
    },
    onEstablished: () => established.resolve(),
    onMessage: (_stream, _protocol, data) => received.push(data.toString()),
    onReset: () => {},
  })
  await server.start(5000)
  const dtls = {
    id: 'client',
    iceTransport: { role: 'controlling' },
    onStateChange: new Event(),
    sendData: async (packet: Buffer) => void setImmediate(() => server.receive(packet)),
  }
  client.setDtlsTransport(dtls as never)
  client.sctp.isServer = false
  const internals = client.sctp as unknown as Internals
  await client.sctp.start(5000)
  await established.promise
  const { remoteVerificationTag: tag, localTsn } = internals

  function noteAcknowledgement(packet: Buffer, first: number): void {
    if (packet[12] !== 3) return
    latest.upTo = (packet.readUInt32BE(16) - first) | 0
    latest.gaps = packet.readUInt16BE(24)
  }

  first = localTsn
  return {
    received,
    /** The last number up to which all has come, counted from 0, and how many blocks have come after it. */
    acknowledged: () => latest,
    data: async (tsn: number, flags: number, text: string, order = 0, stream = 0): Promise<void> => {
      const chunk = Buffer.alloc(16)
      chunk[1] = flags
      chunk.writeUInt16BE(16 + text.length, 2)
      chunk.writeUInt32BE((localTsn + tsn) >>> 0, 4)
      chunk.writeUInt16BE(stream, 8)
      chunk.writeUInt16BE(order, 10)
      chunk.writeUInt32BE(51, 12)
      server.receive(formatPacket(tag, Buffer.concat([chunk, Buffer.from(text), Buffer.alloc(-text.length & 3)])))
      await new Promise((resolve) => setImmediate(resolve))
    },
  }
}

type Internals = {
  remoteVerificationTag: number
  localTsn: number
  handleData(packet: Buffer): Promise<void>
}

function formatPacket(tag: number, chunk: Buffer): Buffer {
  const packet = Buffer.concat([Buffer.from([0x13, 0x88, 0x13, 0x88, 0, 0, 0, 0, 0, 0, 0, 0]), chunk])
  packet.writeUInt32BE(tag, 4)
  packet.writeUInt32LE(crc32c(packet), 8)
  return packet
}

/** Source: RFC 9260, appendix A. */
function crc32c(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return (crc ^ 0xffffffff) >>> 0
}
