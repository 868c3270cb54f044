/** A handshake message of DTLS or a part of one, its fields named as in RFC 6347, 4.2.2. */
export type HandshakeMessage = {
  msg_type: number
  message_seq: number
  /** Of the whole message, in bytes, like those that follow. */
  length: number
  fragment_offset: number
  fragment_length: number
  fragment: Buffer
}

/** The hello that is answered with a cookie, and the one that shows it. */
const FIRST_HELLO = 0
const SECOND_HELLO = 1
const FINISHED = 20
/** A client's part of a handshake has six messages; this is beyond any of them. */
const END_OF_SEQUENCE = 8
/** No browser's certificate comes near. */
const MAX_LENGTH = 16_384

/** Of a message in parts: the bytes, and 1 for each that has arrived. */
type Incomplete = { bytes: Buffer; arrived: Buffer }

/**
 * A client's handshake messages. UDP brings them in any order, in parts, and some of them twice; they are handed on
 * whole, in order and once each, and again only where an answer must have been lost. werift takes what comes as it
 * comes: a key that came twice, or a hello after the next one, would make it forget the keys it has agreed on.
 */
export class HandshakeMessages<TMessage extends HandshakeMessage> {
  readonly #handle: (message: TMessage) => void
  /** By message_seq. */
  readonly #incomplete = new Map<number, Incomplete>()
  /** Whole messages that came before their turn, by message_seq. */
  readonly #early = new Map<number, TMessage>()
  /** The message_seq of the next in turn. */
  #next = FIRST_HELLO

  constructor(handle: (message: TMessage) => void) {
    this.#handle = handle
  }

  receive(part: TMessage): void {
    const { message_seq: sequence } = part
    if (sequence >= END_OF_SEQUENCE || !this.#isOfUse(part)) return
    const message = this.#assemble(part)
    if (message === null) return
    if (sequence < this.#next) return this.#handle(message)
    this.#early.set(sequence, message)
    for (;;) {
      const due = this.#early.get(this.#next)
      if (due === undefined) return
      this.#early.delete(this.#next++)
      this.#handle(due)
    }
  }

  /** Of those that have been handed on, only the latest hello and the last message ask for their answer again. */
  #isOfUse({ message_seq: sequence, msg_type: type }: TMessage): boolean {
    if (sequence >= this.#next) return !this.#early.has(sequence)
    return type === FINISHED || (sequence <= SECOND_HELLO && sequence === this.#next - 1)
  }

  #assemble(part: TMessage): TMessage | null {
    const { message_seq: sequence, length, fragment_offset: offset, fragment_length: size, fragment } = part
    const end = offset + size
    if (fragment.length !== size || end > length || length > MAX_LENGTH) return null
    if (size === length) return part
    const known = this.#incomplete.get(sequence)
    const { bytes, arrived } =
      known?.bytes.length === length ? known : { bytes: Buffer.alloc(length), arrived: Buffer.alloc(length) }
    fragment.copy(bytes, offset)
    arrived.fill(1, offset, end)
    if (arrived.includes(0)) {
      this.#incomplete.set(sequence, { bytes, arrived })
      return null
    }
    this.#incomplete.delete(sequence)
    return Object.assign(part, { fragment_offset: 0, fragment_length: length, fragment: bytes })
  }
}
