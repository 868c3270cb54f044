import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { isIPv6, SocketAddress } from 'node:net'
import type { IceServer } from './signaling/signaling.ts'

export type TurnServer = {
  /** @param authority the host, and perhaps port, by which the client reached the emulator */
  iceServer(authority: string | undefined): IceServer
  close(): void
}

const USERNAME = 'emulator'
const ATTEMPTS = 5
/** More nonces than this are a flood; the oldest are forgotten. */
const MAX_NONCES = 10_000
const NONCE_LIFE_MS = 3_600_000

/**
 * Starts a TURN server on a free UDP port. Browsers on one network do without; the SDK's preflight test does not.
 * @param host the address the emulator listens on; `0.0.0.0` and `::` stand for every address of this machine
 */
export async function startTurnServer(host: string): Promise<TurnServer> {
  const isEverywhere = host === '0.0.0.0' || host === '::'
  const { address } = await lookup(host)
  const password = randomBytes(18).toString('base64url')
  for (let attempt = 1; ; attempt++) {
    const port = await findFreePort(address)
    const server = await createNodeTurn({
      listeningPort: port,
      listeningIps: isEverywhere ? undefined : [address],
      relayIps: isEverywhere ? undefined : [address],
      authMech: 'long-term',
      realm: 'emulator',
      credentials: { [USERNAME]: password },
      log: () => {},
    })
    try {
      server.start()
      for (const socket of server.network.sockets) server.takeChannelData(socket)
      await Promise.all(server.network.sockets.map((socket) => once(socket, 'listening')))
    } catch (error) {
      server.stop()
      // Between finding the port and taking it, someone else may have.
      if (attempt < ATTEMPTS) continue
      throw error
    }
    return {
      iceServer: (authority) => ({
        urls: `turn:${isEverywhere ? hostnameOf(authority) : bracket(address)}:${port}?transport=udp`,
        username: USERNAME,
        credential: password,
      }),
      close() {
        for (const fiveTuple of Object.keys(server.allocations)) delete server.allocations[fiveTuple]
        server.stop()
      },
    }
  }
}

/** The parts of `node-turn` that are used here; it has no types of its own. */
type NodeTurn = {
  start(): void
  stop(): void
  network: { sockets: Socket[] }
  allocations: Record<string, Allocation>
  authentification: { nonces: Record<string, { ttl: number }>; generateNonce(): string }
  allocate: { allocate(request: Request, response: Response): void }
  prependListener(method: 'channel_bind', listener: (request: unknown, response: Response) => void): void
}
type Request = { transport: { get5Tuple(): string }; allocation?: Allocation | undefined }
type Response = {
  addAttribute(name: 'message-integrity'): void
  resolve(): void
  reject(code: number, reason: string): void
}
type Address = { address: string; port: number }
type Allocation = {
  sockets: Socket[]
  timer?: NodeJS.Timeout
  lifetime: number
  /** The client's. */
  mappedAddress: Address
  /** Peers by channel. */
  channelBindings: Record<number, Address>
  update(lifetime?: number): void
}
/** `node-turn`, and what it lacks. */
type TurnRelay = NodeTurn & {
  /** Passes on what clients send over channels. */
  takeChannelData(socket: Socket): void
}

/** In seconds. RFC 8656 wants 600 by default, and leaves the maximum to the server. */
const LIFETIME = { defaultLifetime: 600, maxAllocateTimeout: 3600 }

async function createNodeTurn(config: object): Promise<TurnRelay> {
  // Loaded only where it is wanted. The specifier is no literal, for there are no types to find.
  const specifier: string = 'node-turn'
  const { default: Server } = (await import(specifier)) as { default: new (config: object) => NodeTurn }
  // It reads these two at each refresh, yet never sets them.
  const server = Object.assign(new Server(config), LIFETIME)
  const byClient = new Map<string, Allocation>()
  server.allocations = createAllocations(byClient)
  allocateOnce(server)
  // It signs every success but this one. A browser drops what is not signed, asks again, and after 40 seconds gives the
  // relay up. Source: RFC 8489, 9.2.4.
  server.prependListener('channel_bind', (_request, response) => {
    const resolve = response.resolve.bind(response)
    response.resolve = () => {
      response.addAttribute('message-integrity')
      resolve()
    }
  })
  // Its own way leaves a timer of one hour behind for each nonce, which keeps the process alive.
  const { authentification } = server
  authentification.generateNonce = () => {
    const nonce = randomBytes(16).toString('hex')
    authentification.nonces[nonce] = { ttl: Date.now() + NONCE_LIFE_MS }
    const known = Object.keys(authentification.nonces)
    if (known.length > MAX_NONCES && known[0] !== undefined) delete authentification.nonces[known[0]]
    return nonce
  }
  return Object.assign(server, {
    takeChannelData(socket: Socket) {
      socket.on('message', (datagram, client) => {
        // The two bits that tell it from STUN. Source: RFC 8656, 12.4.
        if (datagram.length < 4 || datagram.readUInt8(0) >> 6 !== 1) return
        const { channelBindings, sockets } = byClient.get(keyOf(client)) ?? {}
        const peer = channelBindings?.[datagram.readUInt16BE(0)]
        if (peer === undefined) return
        const data = datagram.subarray(4, 4 + datagram.readUInt16BE(2))
        sockets?.[0]?.send(data, peer.port, peer.address, () => {})
      })
    },
  })
}

/**
 * A client asks again when the answer is late. The server took that for another request and replaced the relay that the
 * client had just been told of by one that it never hears of: what peers sent to the first was dropped, and of two
 * clients that had this happen, neither reached the other. Source: RFC 8656, 7.2.
 */
function allocateOnce({ allocate: method, allocations }: NodeTurn): void {
  const allocate = method.allocate.bind(method)
  const pending = new Set<string>()
  method.allocate = (request, response) => {
    const fiveTuple = request.transport.get5Tuple()
    // The answer to the first is on its way.
    if (pending.has(fiveTuple)) return
    pending.add(fiveTuple)
    const resolve = response.resolve.bind(response)
    const reject = response.reject.bind(response)
    response.resolve = () => {
      pending.delete(fiveTuple)
      resolve()
    }
    response.reject = (code, reason) => {
      pending.delete(fiveTuple)
      reject(code, reason)
    }
    // With it, the server tells a repeated request from another, but it looks it up for other methods only.
    request.allocation = allocations[fiveTuple]
    allocate(request, response)
  }
}

function keyOf({ address, port }: Address): string {
  // The server writes IPv6 addresses in full.
  const plain = isIPv6(address) ? new SocketAddress({ address, family: 'ipv6' }).address : address
  return `${plain} ${port}`
}

/**
 * The server forgets an allocation without closing its sockets; here, to forget is to close. And a client that asks
 * twice for the same allocation would lose it at once, for want of a lifetime.
 */
function createAllocations(byClient: Map<string, Allocation>): Record<string, Allocation> {
  return new Proxy<Record<string, Allocation>>(
    {},
    {
      set(allocations, fiveTuple, allocation: Allocation) {
        const update = allocation.update.bind(allocation)
        allocation.update = (lifetime = allocation.lifetime) => update(lifetime)
        for (const socket of allocation.sockets) guard(socket)
        byClient.set(keyOf(allocation.mappedAddress), allocation)
        return Reflect.set(allocations, fiveTuple, allocation)
      },
      deleteProperty(allocations, fiveTuple) {
        const allocation = allocations[String(fiveTuple)]
        clearTimeout(allocation?.timer)
        const client = allocation ? keyOf(allocation.mappedAddress) : ''
        if (byClient.get(client) === allocation) byClient.delete(client)
        for (const socket of allocation?.sockets ?? []) socket.close()
        return Reflect.deleteProperty(allocations, fiveTuple)
      },
    },
  )
}

/** What a peer sends to a relay may be anything, and the server throws at what it cannot read. */
function guard(socket: Socket): void {
  const emit = socket.emit.bind(socket)
  const guarded: typeof socket.emit = (event: string, ...args: unknown[]) => {
    try {
      return emit(event, ...args)
    } catch {
      return true
    }
  }
  socket.emit = guarded
  socket.on('error', () => {})
}

async function findFreePort(address: string): Promise<number> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  socket.bind(0, address)
  await once(socket, 'listening')
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(resolve))
  return port
}

/** IPv6 addresses stand in brackets before a port. */
function bracket(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

function hostnameOf(authority = ''): string {
  return URL.parse(`http://${authority}`)?.hostname || '127.0.0.1'
}
