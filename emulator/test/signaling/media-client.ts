import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import {
  classes,
  Message as StunMessage,
  methods,
  RtcpPacketConverter,
  RtpHeader,
  RtpPacket,
  SrtcpSession,
  SrtpSession,
  type RtcpPacket,
} from 'werift'
import { createDtlsClient } from './dtls-client.ts'
import type { Message, TestClient, TestTrack } from './test-client.ts'

/** A track that the client sends. */
export type SentTrack = { id: string; kind: 'audio' | 'video'; ssrc: number }

/** A client with media, but no browser: it sends the packets that a test makes, and keeps those that it gets. */
export type MediaClient = AsyncDisposable & {
  signaling: TestClient
  received: RtpPacket[]
  control: RtcpPacket[]
  /** The SSRC under which a track of another comes. */
  ssrcOf(trackId: string): number
  sendRtp(packet: { ssrc: number; payloadType: number; sequence: number; timestamp: number; payload: Buffer }): void
  sendControl(packet: Buffer): void
  /** Sends application data over DTLS: SCTP, or anything. */
  sendData(data: Buffer): void
  /** Sends a datagram as it is, from the client's own address. */
  sendDatagram(datagram: Buffer): void
  /** Where the server takes media. */
  port: number
  /** Waits until such a packet has come. */
  until(fits: (packet: RtpPacket) => boolean): Promise<RtpPacket>
  untilControl(fits: (packet: RtcpPacket) => boolean): Promise<RtcpPacket>
  /** Waits until a track of another can be received. */
  subscribed(trackId: string): Promise<void>
}

const DEADLINE_MS = 60_000
const PASSWORD = 'a-password-of-the-client'

/**
 * Connects to the room that the signalling client is in, with a peer connection of its own making.
 * @param mayAnswer what it waits for before it answers offers
 * @param firstRevision of its first offer: beyond that of the request for one, where there was any
 */
export async function createMediaClient(
  signaling: TestClient,
  tracks: readonly SentTrack[],
  mayAnswer: Promise<unknown> = Promise.resolve(),
  firstRevision = 1,
): Promise<MediaClient> {
  const dtls = await createDtlsClient((datagram) => sendDatagram(datagram))
  const [fingerprint] = dtls.fingerprints
  const ufrag = randomBytes(6).toString('hex')
  const session = ['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0']
  const transport = [
    `a=ice-ufrag:${ufrag}`,
    `a=ice-pwd:${PASSWORD}`,
    `a=fingerprint:${fingerprint?.algorithm} ${fingerprint?.value}`,
  ]
  const sections = tracks.map(({ id, kind, ssrc }, mid) => {
    const codec = kind === 'audio' ? ['111', 'opus/48000/2'] : ['96', 'VP8/90000']
    return [
      `m=${kind} 9 UDP/TLS/RTP/SAVPF ${codec[0]}${kind === 'video' ? ' 97' : ''}`,
      ...transport,
      'a=setup:actpass',
      `a=mid:${mid}`,
      'a=sendrecv',
      'a=extmap:4 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
      `a=rtpmap:${codec[0]} ${codec[1]}`,
      ...(kind === 'video' ? ['a=rtcp-fb:96 nack', 'a=rtpmap:97 rtx/90000', 'a=fmtp:97 apt=96'] : []),
      `a=msid:- ${id}`,
      `a=ssrc:${ssrc} cname:c`,
    ]
  })
  // The SDK always offers to receive something.
  const idle = [
    'm=audio 9 UDP/TLS/RTP/SAVPF 111',
    ...transport,
    'a=setup:actpass',
    `a=mid:${tracks.length}`,
    'a=recvonly',
    'a=rtpmap:111 opus/48000/2',
  ]
  const sdp = [...session, ...sections.flat(), ...idle, ''].join('\r\n')
  const id = signaling.peerConnectionId
  let revision = firstRevision
  const ssrcs = new Map<string, number>()
  const waiters = new Set<() => void>()
  const wake = () => waiters.forEach((waiter) => waiter())

  signaling.update({ id, description: { type: 'offer', revision, sdp } })
  const answered = await signaling.nextPeerConnection('answer')
  const remote = String(answered.description.sdp)
  noteTracks(remote)
  const [, host = '127.0.0.1', digits] = / (127\.0\.0\.1|::1) (\d+) typ host/.exec(remote) ?? []
  const port = Number(digits)
  const remoteUfrag = /^a=ice-ufrag:(\S+)/m.exec(remote)?.[1] ?? ''
  const remotePassword = /^a=ice-pwd:(\S+)/m.exec(remote)?.[1] ?? ''

  function noteTracks(text: string): void {
    for (const [, ssrc, trackId] of text.matchAll(/^a=ssrc:(\d+) msid:\S+ (\S+)/gm)) {
      if (trackId && !ssrcs.has(trackId)) ssrcs.set(trackId, Number(ssrc))
    }
    wake()
  }

  /** Agrees to whatever the server offers. */
  function answer({ description }: Message): void {
    revision = description.revision
    const offered = String(description.sdp)
      .split(/^(?=m=)/m)
      .slice(1)
    const answer = offered.map((section) => {
      const mid = /^a=mid:(\S+)/m.exec(section)?.[1]
      const own = tracks[Number(mid)]
      const kept = section
        .split('\r\n')
        .filter((line) => /^(m=|a=mid|a=rtpmap|a=fmtp|a=rtcp-fb|a=extmap|a=sctp-port)/.test(line))
      const sends = own ? [`a=msid:- ${own.id}`, `a=ssrc:${own.ssrc} cname:c`] : []
      const direction = own ? 'a=sendrecv' : 'a=recvonly'
      return [...kept, ...transport, 'a=setup:active', direction, ...sends]
    })
    const sdp = [...session, ...answer.flat(), ''].join('\r\n')
    signaling.update({ id, description: { type: 'answer', revision, sdp } })
    noteTracks(String(description.sdp))
  }

  const answerOffers = async (states: Message[] = []) => {
    await mayAnswer
    for (const state of states) if (state.id === id && state.description?.type === 'offer') answer(state)
  }
  const listen = (data: Buffer) => {
    const frame = JSON.parse(data.toString()) as Message
    void answerOffers(frame.body?.peer_connections)
  }
  for (const { peer_connections: states } of signaling.messages) void answerOffers(states)
  signaling.socket.on('message', listen)

  const socket = createSocket(isIPv6(host) ? 'udp6' : 'udp4')
  const sendDatagram = (datagram: Buffer) => socket.send(datagram, port, host)
  const received: RtpPacket[] = []
  const control: RtcpPacket[] = []
  let srtp: SrtpSession | undefined
  let srtcp: SrtcpSession | undefined
  const checked = Promise.withResolvers<void>()
  socket.on('message', (datagram) => {
    const first = datagram[0] ?? 0
    if (first <= 3) return checked.resolve()
    if (first >= 20 && first <= 63) return dtls.receive(datagram)
    const second = datagram[1] ?? 0
    if (second >= 192 && second <= 223) {
      if (srtcp) control.push(...RtcpPacketConverter.deSerialize(srtcp.decrypt(datagram)))
    } else if (srtp) {
      received.push(RtpPacket.deSerialize(srtp.decrypt(datagram)))
    }
    wake()
  })
  const check = () => {
    const request = new StunMessage(methods.BINDING, classes.REQUEST)
    request.setAttribute('USERNAME', `${remoteUfrag}:${ufrag}`).setAttribute('PRIORITY', 1)
    request.setAttribute('USE-CANDIDATE', null).addMessageIntegrity(Buffer.from(remotePassword)).addFingerprint()
    sendDatagram(request.bytes)
  }
  check()
  await checked.promise
  await dtls.connect()
  const config = dtls.srtpConfig()
  srtp = new SrtpSession(config)
  srtcp = new SrtcpSession(config)
  const sender = new SrtpSession(config)
  const controlSender = srtcp

  function until<TValue>(what: string, find: () => TValue | undefined): Promise<TValue> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const found = find()
        if (found === undefined) return
        waiters.delete(attempt)
        clearTimeout(timer)
        resolve(found)
      }
      const timer = setTimeout(() => {
        waiters.delete(attempt)
        reject(new Error(`Waited in vain for ${what}`))
      }, DEADLINE_MS)
      waiters.add(attempt)
      attempt()
    })
  }

  return {
    signaling,
    received,
    control,
    port,
    ssrcOf: (trackId) => ssrcs.get(trackId) ?? 0,
    sendRtp({ ssrc, payloadType, sequence, timestamp, payload }) {
      const header = new RtpHeader({ version: 2, ssrc, payloadType, sequenceNumber: sequence, timestamp })
      sendDatagram(sender.encrypt(payload, header))
    },
    sendControl: (packet) => sendDatagram(controlSender.encrypt(packet)),
    sendData: (data) => dtls.send(data),
    sendDatagram,
    until: (fits) => until('a packet', () => received.findLast(fits)),
    untilControl: (fits) => until('feedback', () => control.findLast(fits)),
    subscribed: async (trackId) => until(trackId, () => (ssrcs.has(trackId) ? true : undefined)).then(() => undefined),
    async [Symbol.asyncDispose]() {
      signaling.socket.off('message', listen)
      dtls[Symbol.dispose]()
      socket.close()
    },
  }
}

export function mediaTrack({ id, kind }: SentTrack): TestTrack {
  return { id, kind, name: `name of ${id}`, enabled: true, priority: 'standard' }
}
