import fc from 'fast-check'
import { Event, RTCSctpTransport } from 'werift'
import { describe, expect, it } from 'vitest'
import { createDtlsClient } from '../../../test/signaling/dtls-client.ts'
import { Dtls, loadDtls } from './dtls.ts'

describe('a handshake', () => {
  it('is done', async () => {
    await using handshake = await begin()
    handshake.deliver((datagrams) => datagrams)
    await handshake.done
  })

  it('is done though all that a client sends comes twice at once', async () => {
    await using handshake = await begin()
    handshake.deliver((datagrams) => [...datagrams, ...datagrams])
    await handshake.done
  })

  it('is done though a first hello comes when the second has been answered', async () => {
    await using handshake = await begin()
    let hello: Buffer | undefined
    handshake.deliver((datagrams) => {
      if (hello === undefined) {
        hello = datagrams[0]
        return datagrams
      }
      return [...datagrams, hello]
    })
    await handshake.done
  })

  it('is done in whatever order its messages come, and however often', async () => {
    const order = fc.array(fc.record({ index: fc.nat(), times: fc.integer({ min: 1, max: 3 }) }), { maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(order, async (moves) => {
        await using handshake = await begin()
        handshake.deliver((datagrams) => {
          const shuffled = [...datagrams]
          for (const { index, times } of moves) {
            const [taken] = shuffled.splice(index % shuffled.length, 1)
            if (taken) shuffled.push(...Array.from({ length: times }, () => taken))
          }
          return shuffled
        })
        await handshake.done
      }),
      { numRuns: 20 },
    )
  })
})

describe('what werift keeps to itself, and is used all the same', () => {
  it('is there in an SCTP association', () => {
    const transport = new RTCSctpTransport(5000)
    const dtls = { id: 'x', iceTransport: { role: 'controlled' }, onStateChange: new Event(), sendData: async () => {} }
    transport.setDtlsTransport(dtls as never)
    expect(transport.sctp).toMatchObject({
      handleData: expect.any(Function) as unknown,
      receiveDataChunk: expect.any(Function) as unknown,
      sackMisOrdered: new Set(),
      receive: expect.any(Function) as unknown,
      stop: expect.any(Function) as unknown,
      advertisedRwnd: expect.any(Number) as unknown,
      inboundStreams: {},
      outboundQueue: [],
      reconfigQueue: [],
    })
  })

  it('is there in a DTLS server', async () => {
    const { werift, certificate } = await loadDtls()
    const server = new werift.DtlsServer({
      cert: certificate.certPem,
      key: certificate.privateKey,
      signatureHash: certificate.signatureHash,
      transport: { onData: () => {}, send: async () => {}, close: async () => {} } as never,
    })
    expect(server.dtls.flight).toBe(0)
    expect(server.transport.socket.onData).toBeTypeOf('function')
    expect(certificate.getFingerprints()).toMatchObject([{ algorithm: 'sha-256' }])
  })
})

/** A client that has begun, and a wire that hands on what it sends as a test has it, all that there is at once. */
async function begin() {
  const means = await loadDtls()
  const connected = Promise.withResolvers<void>()
  let arrange = (datagrams: Buffer[]) => datagrams
  let waiting: Buffer[] = []
  const server = new Dtls(means, {
    send: (datagram) => setImmediate(() => client.receive(datagram)),
    onConnected: () => {},
    onData: () => connected.resolve(),
    onClosed: () => connected.reject(new Error('closed')),
  })
  const client = await createDtlsClient((datagram) => {
    if (waiting.push(datagram) > 1) return
    setImmediate(() => {
      const datagrams = arrange(waiting)
      waiting = []
      for (const each of datagrams) server.receive(each)
    })
  })
  server.expect(client.fingerprints)
  return {
    done: connected.promise,
    deliver(arrangement: typeof arrange) {
      arrange = arrangement
      // The server can read what the client writes once both have the same keys.
      void client.connect().then(() => client.send(Buffer.from('data')))
    },
    async [Symbol.asyncDispose]() {
      server.close()
      client[Symbol.dispose]()
    },
  }
}
