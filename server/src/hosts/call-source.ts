import type { IncomingMessage } from 'node:http'
import type { FastifyRequest } from 'fastify'
import type { CallSource } from '../core/call-source.ts'
import { toClientAddress } from '../core/client-address.ts'
import type { Log } from '../core/log.ts'

/** A call that came through Fastify, whose `trustProxy` decides whose forwarding headers count. */
export function fromFastify(request: FastifyRequest): CallSource {
  return {
    headers: request.headers,
    protocol: request.protocol === 'https' ? 'https' : 'http',
    host: request.host,
    ip: toClientAddress(request.ip),
    requestId: request.id,
    log: request.log,
  }
}

/** A call that came through Node's own server or Express. Forwarding headers do not count. */
export function fromNode(
  request: IncomingMessage,
  { requestId, log }: Pick<CallSource, 'requestId' | 'log'>,
): CallSource {
  return {
    headers: request.headers,
    protocol: 'encrypted' in request.socket ? 'https' : 'http',
    host: request.headers.host,
    ip: request.socket.remoteAddress ?? '',
    requestId,
    log,
  }
}

/** A call that came as a fetch `Request`: to a function, a worker, or a framework built on it. */
export function fromFetch(
  request: Request,
  { requestId, log, ip = '' }: { requestId: string; log: Log; ip?: string },
): CallSource {
  const { protocol, host } = new URL(request.url)
  return {
    headers: Object.fromEntries(request.headers),
    protocol: protocol === 'https:' ? 'https' : 'http',
    host,
    ip: toClientAddress(ip),
    requestId,
    log,
  }
}
