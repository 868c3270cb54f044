import { createHash, createHmac, randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import type { IceServer } from '../../src/signaling/signaling.ts'

const MAGIC_COOKIE = 0x2112a442
const METHODS = { allocate: 0x0003, createPermission: 0x0008, channelBind: 0x0009 }
const ATTRIBUTES = {
  username: 0x0006,
  integrity: 0x0008,
  error: 0x0009,
  channel: 0x000c,
  peer: 0x0012,
  realm: 0x0014,
  nonce: 0x0015,
  relayed: 0x0016,
}
const INTEGRITY_LENGTH = 24
const REQUESTED_UDP: [number, Buffer] = [0x0019, Buffer.from([17, 0, 0, 0])]

/** As much of a TURN client as a test needs. Source: RFC 8489 and RFC 8656. */
export class TurnClient {
  readonly socket: Socket = createSocket('udp4')
  readonly #port: number
  readonly #server: IceServer
  #nonce: Buffer = Buffer.alloc(0)
  #realm: Buffer = Buffer.alloc(0)
  #latestRequest: Buffer = Buffer.alloc(0)

  constructor(server: IceServer) {
    this.#server = server
    this.#port = portOf(server)
  }

  /** Asks for a relay without credentials. @returns the answer */
  ask(): Promise<Buffer> {
    return this.#request(METHODS.allocate, [REQUESTED_UDP])
  }

  /**
   * Asks for a relay, with credentials.
   * @param copies of the request, sent at once; the server gets them so where the network or itself stood still
   * @returns the relay's port
   */
  async allocate(copies = 1): Promise<number> {
    const challenge = readAttributes(await this.ask())
    this.#nonce = challenge.get(ATTRIBUTES.nonce) ?? this.#nonce
    this.#realm = challenge.get(ATTRIBUTES.realm) ?? this.#realm
    return readRelay(await this.#request(METHODS.allocate, [REQUESTED_UDP, ...this.#credentials()], copies))
  }

  /** Sends the latest request once more. @returns the port of the relay in the answer */
  async repeatAllocate(): Promise<number> {
    return readRelay(await this.#send(this.#latestRequest))
  }

  /** Lets 127.0.0.1 send to the relay. */
  permitLoopback(): Promise<Buffer> {
    return this.#request(METHODS.createPermission, [[ATTRIBUTES.peer, loopback(0)], ...this.#credentials()])
  }

  /** Gives a peer on this machine a channel. @returns the answer */
  bindChannel(channel: number, port: number): Promise<Buffer> {
    const number = Buffer.alloc(4)
    number.writeUInt16BE(channel)
    const attributes: [number, Buffer][] = [
      [ATTRIBUTES.channel, number],
      [ATTRIBUTES.peer, loopback(port)],
    ]
    return this.#request(METHODS.channelBind, [...attributes, ...this.#credentials()])
  }

  sendOnChannel(channel: number, text: string): void {
    this.socket.send(formatAttribute(channel, Buffer.from(text)), this.#port, '127.0.0.1')
  }

  /** Whether an answer shows that the server knows the credentials; browsers take no other. */
  isSigned(answer: Buffer): boolean {
    return this.#sign(answer.subarray(0, -INTEGRITY_LENGTH)).equals(answer)
  }

  #credentials(): [number, Buffer][] {
    return [
      [ATTRIBUTES.username, Buffer.from(this.#server.username ?? '')],
      [ATTRIBUTES.realm, this.#realm],
      [ATTRIBUTES.nonce, this.#nonce],
    ]
  }

  #request(method: number, attributes: [number, Buffer][], copies = 1): Promise<Buffer> {
    const body = Buffer.concat(attributes.map(([type, value]) => formatAttribute(type, value)))
    const isSigned = attributes.some(([type]) => type === ATTRIBUTES.username)
    const header = Buffer.alloc(20)
    header.writeUInt16BE(method)
    header.writeUInt16BE(body.length + (isSigned ? INTEGRITY_LENGTH : 0), 2)
    header.writeUInt32BE(MAGIC_COOKIE, 4)
    randomBytes(12).copy(header, 8)
    const message = Buffer.concat([header, body])
    this.#latestRequest = isSigned ? this.#sign(message) : message
    return this.#send(this.#latestRequest, copies)
  }

  /** @returns the first answer; others that are late are passed over */
  async #send(request: Buffer, copies = 1): Promise<Buffer> {
    for (let copy = 0; copy < copies; copy++) this.socket.send(request, this.#port, '127.0.0.1')
    for (;;) {
      const [reply] = (await once(this.socket, 'message')) as [Buffer]
      if (transactionOf(reply).equals(transactionOf(request))) return reply
    }
  }

  #sign(message: Buffer): Buffer {
    const { username, credential } = this.#server
    const key = createHash('md5').update(`${username}:${this.#realm.toString()}:${credential}`).digest()
    const signature = createHmac('sha1', key).update(message).digest()
    return Buffer.concat([message, formatAttribute(ATTRIBUTES.integrity, signature)])
  }
}

export function portOf({ urls }: IceServer): number {
  return Number(/:(\d+)\?/.exec(String(urls))?.[1])
}

function transactionOf(message: Buffer): Buffer {
  return message.subarray(8, 20)
}

function readRelay(reply: Buffer): number {
  const attributes = readAttributes(reply)
  const relayed = attributes.get(ATTRIBUTES.relayed)
  if (!relayed) throw new Error(`No relay: ${attributes.get(ATTRIBUTES.error)?.subarray(4).toString()}`)
  return relayed.readUInt16BE(2) ^ (MAGIC_COOKIE >>> 16)
}

function loopback(port: number): Buffer {
  const address = Buffer.alloc(8)
  address.writeUInt16BE(1)
  address.writeUInt16BE(port ^ (MAGIC_COOKIE >>> 16), 2)
  address.writeInt32BE(0x7f000001 ^ MAGIC_COOKIE, 4)
  return address
}

function formatAttribute(type: number, value: Buffer): Buffer {
  const header = Buffer.alloc(4)
  header.writeUInt16BE(type)
  header.writeUInt16BE(value.length, 2)
  return Buffer.concat([header, value, Buffer.alloc((4 - (value.length % 4)) % 4)])
}

function readAttributes(message: Buffer): Map<number, Buffer> {
  const attributes = new Map<number, Buffer>()
  for (let at = 20; at + 4 <= message.length;) {
    const length = message.readUInt16BE(at + 2)
    attributes.set(message.readUInt16BE(at), message.subarray(at + 4, at + 4 + length))
    at += 4 + length + ((4 - (length % 4)) % 4)
  }
  return attributes
}
