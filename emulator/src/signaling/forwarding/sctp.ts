import type { RTCSctpTransport } from 'werift'
import { loadDtls } from './dtls.ts'

export type SctpEvents = {
  send(packet: Buffer): void
  onEstablished(): void
  /** One message, in one of SCTP's streams. */
  onMessage(stream: number, protocol: number, data: Buffer): void
  /** Either side has ended its direction of these streams. */
  onReset(streams: readonly number[]): void
}

export type Reliability = { ordered: boolean; maxRetransmits?: number; maxPacketLifeTimeMs?: number }

type Sctp = RTCSctpTransport['sctp']

/** What werift keeps to itself, and is needed to make up for what it leaves undone. */
type Internals = {
  handleData(packet: Buffer): Promise<void>
  receiveDataChunk(chunk: DataChunk): void
  lastReceivedTsn: number
  sackMisOrdered: ReadonlySet<number>
  receive(stream: number, protocol: number, data: Buffer): void
  advertisedRwnd: number
  inboundStreams: Record<number, { popMessages(): Iterable<[number, number, Buffer]>; reassembly: unknown[] }>
  stop(): Promise<void>
}

type DataChunk = { tsn: number; streamId: number; userData: Buffer }

const LOCAL_PORT = 5000
/** What browsers have. */
const MAX_STREAMS = 1024
/** Chunks that come before one that is missing. A client's window is a megabyte, about so many datagrams. */
const MAX_OUT_OF_ORDER = 1024
/** Chunks of messages that are not whole yet. */
const MAX_HELD_CHUNKS = 4096
/** What may come on top of a full window: the rest of one message. */
const MAX_OVERDRAFT_BYTES = 262_144
/** Chunks of about a kilobyte that wait for a client which takes them slowly; what comes then is lost. */
const MAX_QUEUED_CHUNKS = 8000
/** Packets that wait to be dealt with. */
const MAX_PENDING = 2000

/** One client's SCTP association, werift's, with its traps closed. The client begins it. */
export class SctpAssociation {
  readonly #events: SctpEvents
  #sctp: Sctp | null = null
  /** Packets are dealt with one after the other: werift mixes them up when they come at once. */
  #work: Promise<void> = Promise.resolve()
  #pending = 0
  /** Chunks that werift holds until their messages are whole. */
  #heldChunks = 0
  #isEstablished = false
  #isClosed = false

  constructor(events: SctpEvents) {
    this.#events = events
  }

  get isEstablished(): boolean {
    return this.#isEstablished && !this.#isClosed
  }

  /** Waits for the client, which says from which port it sends. */
  async start(remotePort: number): Promise<void> {
    const { werift } = await loadDtls()
    if (this.#isClosed || this.#sctp !== null) return
    const transport = new werift.RTCSctpTransport(LOCAL_PORT)
    const state = new werift.Event<[string]>()
    const dtls = {
      id: 'media',
      iceTransport: { role: 'controlled' },
      onStateChange: state,
      dataReceiver: () => {},
      sendData: async (packet: Buffer) => {
        if (!this.#isClosed) this.#events.send(packet)
      },
    }
    // Of a whole transport it takes these parts alone.
    transport.setDtlsTransport(dtls as never)
    const { sctp } = transport
    // The data channels on top are our own.
    sctp.onReceive.allUnsubscribe()
    sctp.onReceive.subscribe((stream, protocol, data) => this.#events.onMessage(stream, protocol, data))
    sctp.onReconfigStreams.subscribe((streams) => this.#events.onReset(streams))
    sctp.stateChanged.connected.subscribe(() => {
      this.#isEstablished = true
      this.#events.onEstablished()
    })
    this.#sctp = sctp
    this.#limitReceiving(sctp as unknown as Internals)
    sctp.isServer = true
    await sctp.start(remotePort)
  }

  receive(packet: Buffer): void {
    const sctp = this.#sctp
    if (sctp === null || this.#isClosed || this.#pending >= MAX_PENDING) return
    const internals = sctp as unknown as Internals
    this.#pending++
    this.#work = this.#work.then(() => this.#handle(internals, packet))
  }

  /** @returns whether the message is on its way; it is lost when too much waits already */
  send(stream: number, protocol: number, data: Buffer, reliability: Reliability): boolean {
    const sctp = this.#sctp
    if (sctp === null || !this.isEstablished || sctp.outboundQueue.length > MAX_QUEUED_CHUNKS) return false
    const { ordered, maxRetransmits, maxPacketLifeTimeMs } = reliability
    // werift counts in seconds here, and takes no retransmissions at all for any number of them.
    const lifeTimeMs = maxRetransmits === 0 ? 0 : maxPacketLifeTimeMs
    const expiry = lifeTimeMs === undefined ? undefined : (Date.now() + lifeTimeMs) / 1000
    void sctp.send(stream, protocol, data, { ordered, maxRetransmits, expiry }).catch(() => {})
    return true
  }

  /** Ends this side's direction of a stream. */
  reset(stream: number): void {
    const sctp = this.#sctp
    if (sctp === null || !this.isEstablished) return
    sctp.reconfigQueue.push(stream)
    void sctp.transmitReconfigRequest().catch(() => {})
  }

  /**
   * Lets chunks beyond a client's window be lost. werift takes whatever comes, keeps it, and goes through all that it
   * keeps for each one more.
   */
  #limitReceiving(internals: Internals): void {
    const receive = internals.receiveDataChunk.bind(internals)
    internals.receiveDataChunk = (chunk) => {
      const { lastReceivedTsn, sackMisOrdered, advertisedRwnd } = internals
      // What fills the gap is taken where nothing else is.
      const isNext = chunk.tsn === (lastReceivedTsn + 1) >>> 0
      const isFull = advertisedRwnd <= 0 || sackMisOrdered.size >= MAX_OUT_OF_ORDER
      const isOverdrawn = advertisedRwnd < -MAX_OVERDRAFT_BYTES || this.#heldChunks >= MAX_HELD_CHUNKS
      const isBroken = chunk.userData.length === 0 || chunk.streamId >= MAX_STREAMS
      if (!isBroken && !isOverdrawn && (isNext || !isFull)) receive(chunk)
    }
  }

  async #handle(internals: Internals, packet: Buffer): Promise<void> {
    this.#pending--
    if (this.#isClosed) return
    try {
      await internals.handleData(packet)
      this.#heldChunks = popMessages(internals)
    } catch {
      // What a client sends harms nobody but itself.
    }
  }

  close(): void {
    this.#isClosed = true
    if (this.#sctp === null) return
    this.#sctp.onReceive.allUnsubscribe()
    void (this.#sctp as unknown as Internals).stop().catch(() => {})
  }
}

/**
 * After a lost packet has come, werift 0.25 keeps back messages whose turn it is, until the next one arrives.
 * @returns how many chunks it still holds
 */
function popMessages(internals: Internals): number {
  let held = 0
  for (const stream of Object.values(internals.inboundStreams)) {
    if (stream.reassembly.length === 0) continue
    for (const message of stream.popMessages()) {
      internals.advertisedRwnd += message[2].length
      internals.receive(...message)
    }
    held += stream.reassembly.length
  }
  return held
}
