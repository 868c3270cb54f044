import type { FastifyReply } from 'fastify'
import type { findQuotas } from '../../rpc/call.ts'

/**
 * Tells a caller what is left to them, as far as this server has counted.
 * Source: IETF draft-ietf-httpapi-ratelimit-headers.
 */
export function setLimitHeaders(reply: FastifyReply, quotas: ReturnType<typeof findQuotas>): void {
  if (quotas.length === 0) return
  reply.header(
    'ratelimit-policy',
    quotas.map(({ bucket, limit, windowSeconds }) => `"${bucket}";q=${limit};w=${windowSeconds}`).join(', '),
  )
  reply.header(
    'ratelimit',
    quotas.map(({ bucket, remaining, resetSeconds }) => `"${bucket}";r=${remaining};t=${resetSeconds}`).join(', '),
  )
}
