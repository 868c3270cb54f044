import type { Server } from 'node:http'
import { BlockList, isIPv6, type Socket } from 'node:net'
import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyHttpOptions, FastifyInstance } from 'fastify'
import type { Access } from '../access/access.ts'
import type { AccessConfig } from '../access/config.ts'
import { VideoError } from '../errors/video-error.ts'

/** How often Node looks for requests that are late. Its own 30 s would let a slow client stay that much longer. */
const CHECK_EVERY_MS = 2000

const SAMPLE_MS = 5000

/** What Fastify must be built with: whose forwarding headers count, and how long a client may take to say something. */
export function toServerOptions(config: AccessConfig) {
  return {
    trustProxy: config.trustProxy.length > 0 ? config.trustProxy : false,
    requestTimeout: config.requestTimeoutMs,
    http: { headersTimeout: config.headersTimeoutMs, connectionsCheckingInterval: CHECK_EVERY_MS },
  } satisfies FastifyHttpOptions<Server>
}

/** Closes connections beyond what one address may hold. A trusted proxy speaks for many and holds what it needs. */
export function capConnections(
  app: FastifyInstance,
  { maxConnectionsPerAddress: max, trustProxy }: AccessConfig,
): void {
  if (max === null) return
  const proxies = toBlockList(trustProxy)
  const held = new Map<string, number>()
  app.server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress
    if (address === undefined || proxies.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) return
    const key = normalizeIP(address)
    const count = (held.get(key) ?? 0) + 1
    if (count > max) {
      socket.destroy()
      return
    }
    held.set(key, count)
    socket.once('close', () => {
      const left = (held.get(key) ?? 1) - 1
      if (left === 0) held.delete(key)
      else held.set(key, left)
    })
  })
}

/** Sheds load that the server, or one address's share of it, cannot bear. For a scope that holds the procedures. */
export async function shieldCalls(app: FastifyInstance, config: AccessConfig, access: Access): Promise<void> {
  if (config.maxEventLoopDelayMs !== null) {
    await app.register(underPressure, {
      maxEventLoopDelay: config.maxEventLoopDelayMs,
      // The mean of so long: one stall, as when a library is loaded for the first call that needs it, is no overload.
      sampleInterval: SAMPLE_MS,
      pressureHandler: () => {
        throw new VideoError('OVERLOADED', 'The server is busy; try again in a moment', { retryAfterSeconds: 5 })
      },
    })
  }
  if (config.addressLimit !== null) {
    await app.register(rateLimit, {
      max: config.addressLimit,
      timeWindow: 60_000,
      cache: 100_000,
      allowList: (request) => access.isService(request.headers),
      addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      errorResponseBuilder: (_request, { ttl }) => {
        const retryAfterSeconds = Math.max(1, Math.ceil(ttl / 1000))
        const message = `Too many requests from your address. Try again in ${retryAfterSeconds} s`
        return new VideoError('RATE_LIMITED', message, { retryAfterSeconds })
      },
    })
  }
  // Answers are data for the caller alone: no cache keeps them, and no browser takes them for a page.
  app.addHook('onRequest', (_request, reply, done) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' })
    done()
  })
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList()
  for (const range of ranges) {
    const [address = '', bits] = range.split('/')
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return list
}
