import { randomUUID } from 'node:crypto'
import { WebSocket } from 'ws'

/** Long enough for a machine with other things to do; whatever comes, comes in milliseconds. */
const DEADLINE_MS = 60_000

export type Message = Record<string, any> & { type: string } // oxlint-disable-line typescript/no-explicit-any

export type ConnectTestOptions = {
  token: unknown
  name: unknown
  tracks?: TestTrack[]
  /** Default: one peer connection with a first offer. */
  peerConnections?: object[]
  subscribe?: 'include' | 'exclude'
  mediaSignaling?: object
  bandwidthProfile?: object
}

export type TestTrack = { id: string; kind: string; name: string; enabled: boolean; priority: string }

/** A client of the signalling protocol without a browser behind it: it says what a test tells it to. */
export class TestClient {
  readonly socket: WebSocket
  /** Every message received, oldest first. */
  readonly messages: Message[] = []
  /** Every frame that was no message: welcome, heartbeat, … */
  readonly frames: Message[] = []
  /** The close code; `null` while open. */
  closeCode: number | null = null
  session: string | null = null
  sid = ''
  roomSid = ''
  /** What the client says of itself; `publish` and friends change it. */
  readonly participant: { revision: number; tracks: TestTrack[] } = { revision: 1, tracks: [] }
  peerConnectionId = randomUUID()
  #waiters = new Set<() => void>()
  #seen = 0

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => {
      const frame = JSON.parse(data.toString())
      if (frame.type === 'msg') this.messages.push(frame.body)
      else this.frames.push(frame)
      this.#wake()
    })
    socket.on('close', (code) => {
      this.closeCode = code
      this.#wake()
    })
    socket.on('error', () => {})
  }

  /** Sends a frame, or any text at all. */
  frame(frame: unknown): void {
    this.socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame))
  }

  send(body: unknown): void {
    this.frame({ type: 'msg', body })
  }

  hello(body?: unknown): void {
    this.frame({ type: 'hello', id: randomUUID(), timeout: 5000, version: 2, body })
  }

  /** Sends an update with the current state of the participant and of peer connections, if any. */
  update(...peerConnections: object[]): void {
    this.send({
      type: 'update',
      session: this.session,
      version: 2,
      participant: this.participant,
      ...(peerConnections.length > 0 ? { peer_connections: peerConnections } : {}),
    })
  }

  publish(...tracks: TestTrack[]): void {
    this.participant.revision++
    this.participant.tracks.push(...tracks)
    this.update()
  }

  unpublish(id: string): void {
    this.participant.revision++
    this.participant.tracks = this.participant.tracks.filter((track) => track.id !== id)
    this.update()
  }

  /** Leaves as the SDK does. */
  leave(): void {
    this.send({ type: 'disconnect', session: this.session, version: 2 })
    this.frame({ type: 'bye' })
    this.socket.close(1000, 'Normal')
  }

  /** Takes the session up again on another socket. */
  async resume(client: TestClient, options: { token: string; peerConnections?: object[] }): Promise<Message> {
    client.hello({
      type: 'sync',
      version: 2,
      name: null,
      session: this.session,
      token: options.token,
      participant: this.participant,
      peer_connections: options.peerConnections ?? [],
    })
    client.session = this.session
    client.sid = this.sid
    client.roomSid = this.roomSid
    Object.assign(client.participant, this.participant)
    client.peerConnectionId = this.peerConnectionId
    return client.next((message) => ['synced', 'error', 'disconnected'].includes(message.type))
  }

  /** The next message, after those already looked at, that fits. */
  next(fits: (message: Message) => boolean | undefined = () => true): Promise<Message> {
    return this.#until(() => {
      while (this.#seen < this.messages.length) {
        const message = this.messages[this.#seen++]
        if (message && fits(message)) return message
      }
      return this.closeCode === null ? undefined : new Error(`closed with ${this.closeCode}`)
    })
  }

  /** The next entry about a participant in that state. */
  async nextParticipant(sid: string, state?: string): Promise<Message> {
    const fits = (entry: Message) => entry.sid === sid && (state === undefined || entry.state === state)
    const message = await this.next(({ participants }) => participants?.some(fits))
    return message.participants.find(fits)
  }

  /** The next entry about a peer connection, by default of any. */
  async nextPeerConnection(type?: string): Promise<Message> {
    const fits = (entry: Message) => type === undefined || entry.description?.type === type
    const message = await this.next(({ peer_connections }) => peer_connections?.some(fits))
    return message.peer_connections.find(fits)
  }

  nextFrame(type: string): Promise<Message> {
    return this.#until(() => this.frames.find((frame) => frame.type === type))
  }

  closed(): Promise<number> {
    return this.#until(() => this.closeCode ?? undefined)
  }

  /** Everything sent until now has been handled when this resolves: a request with an answer of its own goes last. */
  async settled(): Promise<void> {
    this.send({ type: 'ice', token: 'not a token', version: 1 })
    await this.next((message) => message.type === 'error')
  }

  #wake(): void {
    this.#waiters.forEach((waiter) => waiter())
  }

  #until<TValue>(look: () => TValue | Error | undefined): Promise<TValue> {
    return new Promise((resolve, reject) => {
      const attempt = () => {
        const found = look()
        if (found === undefined) return
        this.#waiters.delete(attempt)
        clearTimeout(timer)
        if (found instanceof Error) reject(found)
        else resolve(found)
      }
      const timer = setTimeout(() => {
        this.#waiters.delete(attempt)
        reject(new Error(`Nothing came. Last messages: ${JSON.stringify(this.messages.slice(-3)).slice(0, 2000)}`))
      }, DEADLINE_MS)
      this.#waiters.add(attempt)
      attempt()
    })
  }
}

export async function openTestClient(url: string): Promise<TestClient> {
  const socket = new WebSocket(url)
  const client = new TestClient(socket)
  await new Promise((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  return client
}

/** Says hello and connects; resolves with the answer, whatever it is. */
export async function connectTestClient(client: TestClient, options: ConnectTestOptions): Promise<Message> {
  client.participant.tracks.push(...(options.tracks ?? []))
  client.hello({
    type: 'connect',
    version: 2,
    format: 'unified',
    ice_servers: 'overrode',
    publisher: { name: 'twilio-video.js', sdk_version: '2.36.0', user_agent: 'test' },
    token: options.token,
    name: options.name,
    participant: client.participant,
    peer_connections: options.peerConnections ?? [offer(client.peerConnectionId, 1)],
    subscribe: { revision: 1, rules: [{ type: options.subscribe ?? 'include', all: true }] },
    media_signaling: options.mediaSignaling ?? {},
    bandwidth_profile: options.bandwidthProfile,
  })
  const answer = await client.next()
  if (answer.type === 'connected') {
    client.session = answer.session
    client.sid = answer.participant.sid
    client.roomSid = answer.sid
  }
  return answer
}

export function track(name: string, options: Partial<TestTrack> = {}): TestTrack {
  return { id: `id-of-${name}`, kind: 'video', name, enabled: true, priority: 'standard', ...options }
}

export function offer(id: string, revision: number): object {
  return { id, description: { type: 'offer', revision, sdp: `v=0 offer ${revision}` } }
}

export function answer(id: string, revision: number): object {
  return { id, description: { type: 'answer', revision, sdp: `v=0 answer ${revision}` } }
}

export function ice(id: string, revision: number, ufrag = 'u1'): object {
  const candidates = Array.from({ length: revision }, (_, index) => ({ candidate: `candidate:${index}`, sdpMid: '0' }))
  return { id, ice: { ufrag, revision, candidates } }
}
