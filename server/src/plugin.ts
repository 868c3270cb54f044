import type { CreateFastifyContextOptions, FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { FastifyInstance } from 'fastify'
import { carrySignaling } from './embedded/signaling.ts'
import { VideoError } from './errors/video-error.ts'
import { answer, answerErrors } from './http/errors.ts'
import { logFailure } from './http/log.ts'
import type { Roomkey } from './roomkey.ts'
import type { AppRouter } from './router.ts'
import { rememberRequestId, toVideoError } from './rpc/error-shape.ts'
import { fromFastify } from './rpc/sources.ts'
import { roomkeyTRPCPlugin } from './rpc/transport/index.ts'

export type RoomkeyPluginOptions = {
  roomkey: Roomkey
  /** Calls that may travel in one request; default 50. */
  maxBatchSize?: number
}

/** Largest body of a call, in bytes, whatever its content type. The largest input there is takes a few hundred. */
export const BODY_LIMIT = 1024 * 1024

/**
 * Roomkey's procedures as a Fastify plugin: `app.register(roomkeyPlugin, { prefix: '/trpc', roomkey })`. It keeps
 * to its own scope: error shape, body limit and parsers of the server around it stay as they are. With the
 * embedded emulator it also carries signalling, at `/emulator/…` of the server, outside the prefix. The caller
 * closes `roomkey`.
 */
export async function roomkeyPlugin(
  app: FastifyInstance,
  { roomkey, maxBatchSize = 50 }: RoomkeyPluginOptions,
): Promise<void> {
  answerErrors(app)
  app.addHook('onRequest', (request, reply, done) => {
    if (countCalls(request.url) <= maxBatchSize) return done()
    const message = `A batch may hold at most ${maxBatchSize} calls; send them in several requests`
    return answer(request, reply, new VideoError('PAYLOAD_TOO_LARGE', message))
  })
  await app.register(roomkeyTRPCPlugin, {
    trpcOptions: {
      router: roomkey.router,
      maxBodySize: BODY_LIMIT,
      createContext: ({ req }: CreateFastifyContextOptions) => roomkey.createContext(fromFastify(req)),
      onError: ({ error, path, req }) => {
        rememberRequestId(error, req.id)
        logFailure(req.log, toVideoError(error), path)
      },
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>)
  if (roomkey.embedded) carrySignaling(app.server, roomkey.embedded)
}

function countCalls(url: string): number {
  const end = url.indexOf('?')
  if (end === -1 || !url.includes('batch=', end)) return 1
  let calls = 1
  for (let at = url.indexOf(','); at !== -1 && at < end; at = url.indexOf(',', at + 1)) calls++
  return calls
}
