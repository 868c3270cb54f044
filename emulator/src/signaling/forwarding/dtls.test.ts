import { Event, RTCSctpTransport } from 'werift'
import { describe, expect, it } from 'vitest'
import { loadDtls } from './dtls.ts'

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
