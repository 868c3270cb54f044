import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { localAddresses } from './local-addresses.ts'
import type { Address } from './stun-message.ts'

export type MediaSocketOptions = {
  /** UDP ports to choose from, both ends included. Default any free one. */
  ports?: readonly [first: number, last: number]
  /** Told to browsers instead of this machine's own addresses: that of a container's host, or of a router. */
  address?: string
}

/** What arrives while the process is busy must wait here. */
const BUFFER_BYTES = 4 * 1024 * 1024

/** The one UDP port, over IPv4 and IPv6, that the media of all clients pass through. */
export class MediaSocket {
  readonly port: number
  /** Where browsers reach it, the likeliest first. */
  readonly addresses: readonly string[]
  readonly #ipv4: Socket
  readonly #ipv6: Socket | null

  constructor(ipv4: Socket, ipv6: Socket | null, announced: string | undefined) {
    this.#ipv4 = ipv4
    this.#ipv6 = ipv6
    this.port = ipv4.address().port
    this.addresses = announced === undefined ? localAddresses({ withIPv6: ipv6 !== null }) : [announced]
    for (const socket of [ipv4, ipv6]) {
      if (socket === null) continue
      // A packet that cannot be delivered is lost, like others on the way.
      socket.on('error', () => {})
      socket.unref()
      enlargeBuffers(socket)
    }
  }

  onMessage(listener: (message: Buffer, source: Address) => void): void {
    for (const socket of [this.#ipv4, this.#ipv6]) socket?.on('message', listener)
  }

  send(message: Buffer, { address, port }: Address): void {
    const socket = isIPv6(address) ? this.#ipv6 : this.#ipv4
    socket?.send(message, port, address, () => {})
  }

  close(): void {
    this.#ipv4.close()
    this.#ipv6?.close()
  }
}

/** @throws when no port of the range is free */
export async function openMediaSocket({ ports, address }: MediaSocketOptions = {}): Promise<MediaSocket> {
  const [first, last] = ports ?? [0, 0]
  for (let port = first; port <= last; port++) {
    const ipv4 = await bind('udp4', port)
    if (ipv4 === null) continue
    // A machine may be without IPv6, and the port may be taken there.
    const ipv6 = await bind('udp6', ipv4.address().port)
    return new MediaSocket(ipv4, ipv6, address)
  }
  throw new Error(`No UDP port from ${first} to ${last} is free for media`)
}

async function bind(type: 'udp4' | 'udp6', port: number): Promise<Socket | null> {
  const socket = createSocket({ type, ipv6Only: type === 'udp6' })
  try {
    socket.bind({ port, exclusive: true })
    await once(socket, 'listening')
    return socket
  } catch {
    socket.close()
    return null
  }
}

function enlargeBuffers(socket: Socket): void {
  try {
    socket.setRecvBufferSize(BUFFER_BYTES)
    socket.setSendBufferSize(BUFFER_BYTES)
  } catch {
    // The system allows less, and has its own default.
  }
}
