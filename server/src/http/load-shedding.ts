import rateLimit, { normalizeIP } from '@fastify/rate-limit'
import underPressure from '@fastify/under-pressure'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { LimitConfig } from '../config/limits.ts'
import { toClientAddress } from '../core/client-address.ts'
import { VideoError } from '../core/video-error.ts'

const SAMPLE_MS = 5000

/**
 * Sheds load that the server, or one address's share of it, cannot bear. For a scope that holds the procedures.
 * @param isService whose requests the limit by address lets pass.
 */
export async function shedLoad(
  app: FastifyInstance,
  { maxEventLoopDelayMs, addressLimit }: Pick<LimitConfig, 'maxEventLoopDelayMs' | 'addressLimit'>,
  isService: (headers: FastifyRequest['headers']) => boolean,
): Promise<void> {
  if (maxEventLoopDelayMs !== null) {
    await app.register(underPressure, {
      maxEventLoopDelay: maxEventLoopDelayMs,
      // The mean of so long: one stall, as when a library is loaded for the first call that needs it, is no overload.
      sampleInterval: SAMPLE_MS,
      pressureHandler: () => {
        throw new VideoError('OVERLOADED', 'The server is busy; try again in a moment', { retryAfterSeconds: 5 })
      },
    })
  }
  if (addressLimit !== null) {
    await app.register(rateLimit, {
      max: addressLimit,
      timeWindow: 60_000,
      cache: 100_000,
      keyGenerator: ({ ip }) => normalizeIP(toClientAddress(ip)),
      allowList: (request) => isService(request.headers),
      addHeaders: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
      errorResponseBuilder: (_request, { ttl }) => {
        const retryAfterSeconds = Math.max(1, Math.ceil(ttl / 1000))
        const message = `Too many requests from your address. Try again in ${retryAfterSeconds} s`
        return new VideoError('RATE_LIMITED', message, { retryAfterSeconds })
      },
    })
  }
}
