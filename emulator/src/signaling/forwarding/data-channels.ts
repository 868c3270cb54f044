import { SctpAssociation, type Reliability } from './sctp.ts'

/** A message, with SCTP's word for what it is: text or bytes, empty or not. */
export type ChannelMessage = { protocol: number; data: Buffer }

/** How a channel delivers. Source: RFC 8832, 5.1. */
export type ChannelType = { type: number; reliability: number }

export const RELIABLE: ChannelType = { type: 0, reliability: 0 }

export type DataChannelEvents = {
  /** To the client: SCTP. */
  send(packet: Buffer): void
  /** The client has opened a channel. */
  onOpened(label: string, type: ChannelType): void
  onMessage(label: string, message: ChannelMessage): void
  /** The client has closed a channel of its own. */
  onClosed(label: string): void
}

type Channel = {
  label: string
  stream: number
  type: ChannelType
  isLocal: boolean
  isOpen: boolean
  /** Directions of the stream that have ended; it is free after both. */
  resets: number
}

const CONTROL = 50
const STRING = 51
const OPEN = 3
const ACKNOWLEDGE = 2
const OPEN_LENGTH = 12
const UNORDERED = 0x80
const RETRANSMITS = 1
const LIFETIME = 2
const MAX_CHANNELS = 1024
/** The longest id of a track. */
const MAX_LABEL_LENGTH = 512
/** What browsers accept of each other. */
const MAX_MESSAGE_BYTES = 262_144
/** What may wait for a client whose association is not there yet. */
const MAX_WAITING_BYTES = 1024 * 1024

/** The data channels of one client's peer connection, by label. Source: RFC 8831, RFC 8832. */
export class DataChannels {
  readonly #events: DataChannelEvents
  readonly #sctp: SctpAssociation
  readonly #byStream = new Map<number, Channel>()
  /** Those opened here. */
  readonly #local = new Map<string, Channel>()
  #waiting: { label: string; message: ChannelMessage }[] = []
  #waitingBytes = 0

  constructor(events: DataChannelEvents) {
    this.#events = events
    this.#sctp = new SctpAssociation({
      send: (packet) => events.send(packet),
      onEstablished: () => this.#begin(),
      onMessage: (stream, protocol, data) => this.#receive(stream, protocol, data),
      onReset: (streams) => this.#reset(streams),
    })
  }

  async start(remotePort: number): Promise<void> {
    await this.#sctp.start(remotePort)
  }

  receive(packet: Buffer): void {
    this.#sctp.receive(packet)
  }

  /** Opens a channel to the client, as soon as there is an association. */
  open(label: string, type: ChannelType): void {
    if (this.#local.has(label) || this.#byStream.size >= MAX_CHANNELS) return
    const channel = { label, stream: this.#freeStream(), type, isLocal: true, isOpen: false, resets: 0 }
    this.#local.set(label, channel)
    this.#byStream.set(channel.stream, channel)
    if (this.#sctp.isEstablished) this.#sendOpen(channel)
  }

  close(label: string): void {
    const channel = this.#local.get(label)
    if (!channel) return
    this.#local.delete(label)
    if (this.#sctp.isEstablished) this.#sctp.reset(channel.stream)
    else this.#byStream.delete(channel.stream)
  }

  /** Sends on a channel that was opened here. */
  send(label: string, message: ChannelMessage): void {
    const channel = this.#local.get(label)
    if (!channel) return
    if (this.#sctp.isEstablished) {
      this.#sctp.send(channel.stream, message.protocol, message.data, reliabilityOf(channel))
    } else if (this.#waitingBytes + message.data.length <= MAX_WAITING_BYTES) {
      this.#waiting.push({ label, message })
      this.#waitingBytes += message.data.length
    }
  }

  sendText(label: string, text: string): void {
    this.send(label, { protocol: STRING, data: Buffer.from(text) })
  }

  /** Whether the client has confirmed a channel that was opened here. */
  isOpen(label: string): boolean {
    return this.#local.get(label)?.isOpen ?? false
  }

  stop(): void {
    this.#sctp.close()
    this.#waiting = []
  }

  #begin(): void {
    for (const channel of this.#local.values()) this.#sendOpen(channel)
    const waiting = this.#waiting
    this.#waiting = []
    for (const { label, message } of waiting) this.send(label, message)
  }

  #receive(stream: number, protocol: number, data: Buffer): void {
    if (protocol === CONTROL) return this.#receiveControl(stream, data)
    const channel = this.#byStream.get(stream)
    if (channel && data.length <= MAX_MESSAGE_BYTES) this.#events.onMessage(channel.label, { protocol, data })
  }

  #receiveControl(stream: number, data: Buffer): void {
    const known = this.#byStream.get(stream)
    if (data[0] === ACKNOWLEDGE) {
      if (known?.isLocal) known.isOpen = true
      return
    }
    if (data[0] !== OPEN || data.length < OPEN_LENGTH || this.#byStream.size >= MAX_CHANNELS) return
    const length = data.readUInt16BE(8)
    if (length > MAX_LABEL_LENGTH || OPEN_LENGTH + length > data.length || known !== undefined) return
    const label = data.toString('utf8', OPEN_LENGTH, OPEN_LENGTH + length)
    const type = { type: data.readUInt8(1), reliability: data.readUInt32BE(4) }
    this.#byStream.set(stream, { label, stream, type, isLocal: false, isOpen: true, resets: 0 })
    this.#sctp.send(stream, CONTROL, Buffer.from([ACKNOWLEDGE]), { ordered: true })
    this.#events.onOpened(label, type)
  }

  #reset(streams: readonly number[]): void {
    for (const stream of streams) {
      const channel = this.#byStream.get(stream)
      if (!channel || ++channel.resets > 2) continue
      if (!channel.isLocal) {
        this.#byStream.delete(stream)
        this.#events.onClosed(channel.label)
      } else if (channel.resets === 2) {
        this.#byStream.delete(stream)
      }
    }
  }

  #sendOpen({ label, stream, type }: Channel): void {
    const name = Buffer.from(label)
    const message = Buffer.alloc(OPEN_LENGTH)
    message[0] = OPEN
    message[1] = type.type
    message.writeUInt32BE(type.reliability, 4)
    message.writeUInt16BE(name.length, 8)
    this.#sctp.send(stream, CONTROL, Buffer.concat([message, name]), { ordered: true })
  }

  /** The DTLS server's streams are odd. RFC 8832, 6. */
  #freeStream(): number {
    let stream = 1
    while (this.#byStream.has(stream)) stream += 2
    return stream
  }
}

function reliabilityOf({ type, isOpen }: Channel): Reliability {
  // Before the client knows of the channel, nothing may overtake its announcement. RFC 8832, 6.
  const ordered = (type.type & UNORDERED) === 0 || !isOpen
  const limit = type.type & 0x7f
  return {
    ordered,
    maxRetransmits: limit === RETRANSMITS ? type.reliability : undefined,
    maxPacketLifeTimeMs: limit === LIFETIME ? type.reliability : undefined,
  }
}
