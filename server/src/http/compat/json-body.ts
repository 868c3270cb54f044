import type { FastifyRequest } from 'fastify'
import { VideoError } from '../../core/video-error.ts'

export { acceptJson } from '../rest/body.ts'

/** The fields of a body that must be a JSON object; none of an empty one. */
export function readFields({ body }: Pick<FastifyRequest, 'body'>): Record<string, unknown> {
  if (typeof body !== 'string' || body === '') return {}
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch {
    // Said below.
  }
  throw new VideoError('INVALID_INPUT', 'The body must be one JSON object')
}
