import type { FastifyInstance } from 'fastify'

/** The headers for browsers that Twilio's API sends with every response. */
const HEADERS = {
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers':
    'Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since',
  'access-control-expose-headers': 'ETag',
  vary: 'Origin',
}

/**
 * Lets pages call that this machine serves: Twilio's own browser suite creates its rooms that way. Twilio lets any page
 * call; but here the credentials are well known, and a stranger's page could have callbacks sent to wherever it likes.
 */
export function allowLocalPages(app: FastifyInstance): void {
  app.addHook('onRequest', async (request, reply) => {
    const { origin } = request.headers
    if (origin === undefined || !isLocal(origin)) return undefined
    reply.headers({ ...HEADERS, 'access-control-allow-origin': origin })
    // A preflight never carries credentials.
    if (request.method === 'OPTIONS') return reply.code(204).send()
    return undefined
  })
}

function isLocal(origin: string): boolean {
  const hostname = URL.parse(origin)?.hostname ?? ''
  return /^(?:localhost|.+\.localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(hostname)
}
