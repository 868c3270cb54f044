import type { RawData, WebSocket } from 'ws'
import { toText } from './raw-data.ts'
import { createRateLimit } from './rate-limit.ts'

/** What a connection carries inside its frames. */
export type ConnectionHandler = {
  /** A message, already parsed from JSON; nothing else about it is known. */
  onMessage(body: unknown): void
  /** The socket is gone. `clean`: the client said goodbye; otherwise it may come back on another socket. */
  onClose(clean: boolean): void
}

/** A frame, ready to be sent to any number of connections. */
export type Frame = string | Buffer

/** How long a client may take to say hello and to show a valid access token. */
const AUTHORIZATION_MS = 10_000
/** How long a client may take to close once its session has ended. */
const GRACE_MS = 15_000
const MIN_HEARTBEAT_MS = 1000
const DEFAULT_HEARTBEAT_MS = 5000
const MAX_HEARTBEAT_MS = 60_000
/** Missed heartbeat periods after which a client is gone. The SDK gives the server as many. */
const MISSED_HEARTBEATS = 3
/** What may wait for a client that reads slowly. The largest room's full state is well under 2 MB. */
const MAX_QUEUED_BYTES = 8 * 1024 * 1024
/** The burst is what a client says when it joins the largest room: descriptions and candidates for 49 others. */
const FRAME_RATE = { burst: 4000, perSecond: 400 }
const BYTE_RATE = { burst: 32 * 1024 * 1024, perSecond: 4 * 1024 * 1024 }

const HEARTBEAT = Buffer.from('{"type":"heartbeat"}')

/**
 * One WebSocket that speaks the outer layer of Twilio's signalling: hello and welcome, heartbeats, envelopes, bye.
 * Times are those of the machine, never of the emulator's clock: they decide whether a socket is alive.
 */
export class Connection {
  readonly #socket: WebSocket
  readonly #now: () => number
  readonly #frames
  readonly #bytes
  #handler: ConnectionHandler | null
  #heartbeatMs: number | null = null
  #lastSent: number
  #lastReceived: number
  /** When the connection is closed if nothing changes; `null` while all is well. */
  #deadline: number | null
  #saidBye = false
  #isAuthorized = false
  #onAuthorized: (() => void) | undefined

  constructor(socket: WebSocket, handler: (connection: Connection) => ConnectionHandler, now: () => number) {
    this.#socket = socket
    this.#now = now
    this.#lastSent = this.#lastReceived = now()
    this.#deadline = now() + AUTHORIZATION_MS
    this.#frames = createRateLimit(FRAME_RATE, now())
    this.#bytes = createRateLimit(BYTE_RATE, now())
    this.#handler = handler(this)
    socket.on('message', (data, isBinary) => this.#receive(data, isBinary))
    socket.on('close', (code) => this.#lost(this.#saidBye || code === 1000))
    // A close follows and says all there is to say.
    socket.on('error', () => {})
  }

  /** Sends the JSON text of a message. */
  send(body: string): void {
    this.sendFrame(envelope(body))
  }

  sendFrame(frame: Frame): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return
    this.#socket.send(frame, { binary: false })
    this.#lastSent = this.#now()
    if (this.#socket.bufferedAmount > MAX_QUEUED_BYTES) this.#socket.terminate()
  }

  /** The client has shown a valid access token: it may take its time from now on. */
  authorize(): void {
    if (this.#isAuthorized) return
    this.#isAuthorized = true
    this.#deadline = null
    this.#onAuthorized?.()
  }

  /** Calls `listener` once the client has shown a valid access token. */
  onAuthorized(listener: () => void): void {
    this.#onAuthorized = listener
  }

  /** No more messages are taken; the client has a moment to leave by itself. */
  finish(): void {
    this.#handler = null
    this.#deadline = this.#now() + GRACE_MS
  }

  /** Ends the connection without calling the handler. */
  close(code: number, reason: string): void {
    this.#handler = null
    this.#deadline = this.#now() + GRACE_MS
    this.#socket.close(code, reason)
  }

  /** Cuts the socket, as a network loss would. */
  terminate(): void {
    this.#socket.terminate()
  }

  /** To be called about once a second: sends heartbeats, and drops a client that is gone. */
  tick(now: number): void {
    if (this.#deadline !== null && now >= this.#deadline) return this.#socket.terminate()
    if (this.#heartbeatMs === null) return
    if (now - this.#lastReceived > MISSED_HEARTBEATS * this.#heartbeatMs) return this.#socket.terminate()
    // Early enough that the next tick is not too late.
    if (now - this.#lastSent >= this.#heartbeatMs - 1000) this.sendFrame(HEARTBEAT)
  }

  /** The process itself stood still: silence meanwhile says nothing about the client. */
  forgiveSilence(now: number): void {
    this.#lastReceived = now
    if (this.#deadline !== null) this.#deadline = now + (this.#isAuthorized ? GRACE_MS : AUTHORIZATION_MS)
  }

  #receive(data: RawData, isBinary: boolean): void {
    const now = this.#now()
    this.#lastReceived = now
    const text = isBinary ? '' : toText(data)
    if (!this.#frames.take(1, now) || !this.#bytes.take(text.length, now)) {
      this.#socket.close(1008, 'Too many messages')
      return this.#lost(false)
    }
    const frame = parse(text)
    if (frame === null) return this.#refuse()
    switch (frame.type) {
      case 'hello':
        return this.#welcome(frame)
      case 'msg':
        if (this.#heartbeatMs !== null) this.#handler?.onMessage(frame.body)
        return
      case 'bye':
        this.#saidBye = true
        // The client closes now; a heartbeat would make it log a warning.
        this.#heartbeatMs = null
        this.#deadline = now + GRACE_MS
        return this.#lost(true)
      default:
        // Heartbeats, and what newer clients may say.
        return
    }
  }

  #welcome(hello: Record<string, unknown>): void {
    const isFirst = this.#heartbeatMs === null
    const asked = typeof hello.timeout === 'number' ? hello.timeout : DEFAULT_HEARTBEAT_MS
    this.#heartbeatMs = Math.min(Math.max(asked, MIN_HEARTBEAT_MS), MAX_HEARTBEAT_MS)
    this.sendFrame(JSON.stringify({ type: 'welcome', negotiatedTimeout: this.#heartbeatMs }))
    // A client that missed the welcome says hello again; its request is under way already.
    if (isFirst && hello.body !== undefined) this.#handler?.onMessage(hello.body)
  }

  /** Not a frame at all. Before the welcome the protocol has `bad` for that; afterwards it is an invalid message. */
  #refuse(): void {
    if (this.#heartbeatMs === null) this.sendFrame('{"type":"bad","reason":"Not a frame"}')
    else this.#handler?.onMessage(undefined)
  }

  #lost(clean: boolean): void {
    const handler = this.#handler
    this.#handler = null
    handler?.onClose(clean)
  }
}

/** Wraps the JSON text of a message into a frame. */
export function envelope(body: string): string {
  return `{"type":"msg","body":${body}}`
}

function parse(text: string): (Record<string, unknown> & { type: string }) | null {
  try {
    const frame: unknown = JSON.parse(text)
    if (typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string') {
      return { ...frame, type: frame.type }
    }
  } catch {
    // Not JSON.
  }
  return null
}
