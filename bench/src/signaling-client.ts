import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

/** One participant, as far as the emulator can tell: speaks the protocol of `twilio-video` without any media. */
export type SignalingClient = {
  sid: string
  /** Milliseconds from opening the socket to being in the room. */
  joinMs: number
  /** Frames received since the join began. */
  received: () => number
  leave(): void
}

type PeerConnection = { id: string; description?: { type: string; revision: number } }
type Body = {
  type: string
  session?: string
  code?: number
  message?: string
  participant?: { sid: string }
  peer_connections?: PeerConnection[]
}

const JOIN_DEADLINE_MS = 20_000

/**
 * Joins a room with one audio track. Offers and answers whatever it is asked to, so that the emulator has all the
 * messages to relay that browsers would give it.
 * @throws Error when the room refuses, or says nothing in time.
 */
export function join(url: string, token: string, room: string): Promise<SignalingClient> {
  const { promise, resolve, reject } = Promise.withResolvers<SignalingClient>()
  const started = performance.now()
  const socket = new WebSocket(url, { perMessageDeflate: false })
  const revisions = new Map<string, number>()
  const firstOffer: PeerConnection = { id: randomUUID(), description: offer(1) }
  let session: string | undefined
  let received = 0
  let heartbeat: NodeJS.Timeout | undefined
  const deadline = setTimeout(
    () => fail(new Error(`no answer to a join within ${JOIN_DEADLINE_MS} ms`)),
    JOIN_DEADLINE_MS,
  )

  revisions.set(firstOffer.id, 1)
  socket.on('open', () => send({ type: 'hello', id: randomUUID(), timeout: 5000, version: 2, body: connectBody() }))
  socket.on('message', (data: Buffer) => {
    received++
    const frame = JSON.parse(data.toString()) as { type: string; negotiatedTimeout?: number; body?: Body }
    if (frame.type === 'welcome') beat(frame.negotiatedTimeout ?? 5000)
    if (frame.type === 'msg' && frame.body !== undefined) handle(frame.body)
  })
  socket.on('error', fail)
  socket.on('close', (code) => fail(new Error(`the socket was closed with ${code}`)))
  return promise

  function handle(body: Body): void {
    if (body.type === 'error') fail(new Error(`refused with ${body.code}: ${body.message}`))
    if (body.type === 'connected') {
      clearTimeout(deadline)
      session = body.session
      const joinMs = performance.now() - started
      resolve({ sid: body.participant?.sid ?? '', joinMs, received: () => received, leave })
    }
    for (const connection of body.peer_connections ?? []) negotiate(connection)
  }

  function negotiate({ id, description }: PeerConnection): void {
    if (description === undefined) return
    const { type, revision } = description
    if (type === 'create-offer') update({ id, description: offer(revision + 1) })
    else if (type === 'offer') update({ id, description: { type: 'answer', revision, sdp: SDP } })
    else if (type === 'answer') update({ id, ice: candidates() })
  }

  function update(connection: object): void {
    message({ type: 'update', version: 2, session, participant: participant(), peer_connections: [connection] })
  }

  function connectBody(): object {
    return {
      type: 'connect',
      version: 2,
      token,
      format: 'unified',
      name: room,
      ice_servers: 'overrode',
      participant: participant(),
      peer_connections: [firstOffer],
      publisher: { name: 'twilio-video.js', sdk_version: '2.36.0', user_agent: 'bench' },
      subscribe: { revision: 1, rules: [{ type: 'include', all: true }] },
      media_signaling: {},
    }
  }

  function leave(): void {
    clearInterval(heartbeat)
    clearTimeout(deadline)
    message({ type: 'disconnect', version: 2, session })
    send({ type: 'bye' })
    socket.removeAllListeners('close').close(1000)
  }

  function beat(everyMs: number): void {
    heartbeat ??= setInterval(() => send({ type: 'heartbeat' }), Math.max(500, everyMs - 200))
  }

  function fail(error: Error): void {
    clearInterval(heartbeat)
    clearTimeout(deadline)
    reject(error)
  }

  function message(body: object): void {
    send({ type: 'msg', body })
  }

  function send(frame: object): void {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame))
  }
}

function participant(): object {
  const track = { id: 'audio', kind: 'audio', name: 'audio', enabled: true, priority: 'standard' }
  return { revision: 2, tracks: [track] }
}

function offer(revision: number) {
  return { type: 'offer', revision, sdp: SDP }
}

function candidates(): object {
  const candidate = 'candidate:1 1 udp 2122260223 192.0.2.1 50000 typ host generation 0 ufrag abcd network-id 1'
  return { ufrag: 'abcd', revision: 1, candidates: [{ candidate, sdpMLineIndex: 0, sdpMid: '0' }], complete: true }
}

/** As long as a browser's offer of one audio track; nobody parses it. */
const SDP = [
  'v=0',
  'o=- 4611731400430051336 2 IN IP4 127.0.0.1',
  's=-',
  't=0 0',
  'a=group:BUNDLE 0',
  'a=msid-semantic: WMS',
  'm=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126',
  'c=IN IP4 0.0.0.0',
  'a=ice-ufrag:abcd',
  'a=ice-pwd:abcdefghijklmnopqrstuvwx',
  `a=fingerprint:sha-256 ${Array(32).fill('00').join(':')}`,
  'a=setup:actpass',
  'a=mid:0',
  'a=sendrecv',
  'a=msid:- audio',
  'a=rtcp-mux',
  ...Array.from({ length: 40 }, (_, index) => `a=rtpmap:${index} telephone-event/8000/1 padding-of-a-real-line`),
  '',
].join('\r\n')
