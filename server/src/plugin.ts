import type { TRPCError } from '@trpc/server'
import type { CreateFastifyContextOptions, FastifyTRPCPluginOptions } from '@trpc/server/adapters/fastify'
import type { ResponseMeta } from '@trpc/server/http'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { carrySignaling } from './embedded/signaling.ts'
import { VideoError } from './errors/video-error.ts'
import { answer, answerErrors } from './http/errors.ts'
import { logFailure } from './http/log.ts'
import { createRequestLog } from './http/request-log.ts'
import type { Roomkey } from './roomkey.ts'
import type { AppRouter } from './router.ts'
import { rememberRequestId, toVideoError } from './rpc/error-shape.ts'
import { fromFastify } from './rpc/sources.ts'
import { DRAIN_LIMIT, roomkeyTRPCPlugin } from '@roomkey/trpc-fastify'

export type RoomkeyPluginOptions = {
  roomkey: Roomkey
  /** Calls that may travel in one request; default 50. */
  maxBatchSize?: number
}

/**
 * Largest body of a request, in bytes, whatever its content type: twice what 50 calls need with every name at its
 * longest and escaped. Reading more would cost a tenth of a second a request.
 */
export const BODY_LIMIT = 256 * 1024

/**
 * Roomkey's procedures as a Fastify plugin: `app.register(roomkeyPlugin, { prefix: '/trpc', roomkey })`. It keeps
 * to its own scope: error shape, body limit and parsers of the server around it stay as they are. With the
 * embedded emulator it also carries signalling, at `/emulator/…` of the server, outside the prefix. The caller
 * closes `roomkey`.
 */
export async function roomkeyPlugin(app: FastifyInstance, options: RoomkeyPluginOptions): Promise<void> {
  app.setChildLoggerFactory(createRequestLog)
  await addProcedures(app, options)
}

/** As {@link roomkeyPlugin}, for a server that makes the logs of its requests itself. */
export async function addProcedures(
  app: FastifyInstance,
  { roomkey, maxBatchSize = 50 }: RoomkeyPluginOptions,
): Promise<void> {
  answerErrors(app)
  app.addHook('onRequest', (request, reply, done) => {
    const refusal = refuse(request, maxBatchSize)
    if (refusal === undefined) return done()
    // Node reads what is left of a small body; the connection is given up for a large one.
    if (!(Number(request.headers['content-length'] ?? 0) <= DRAIN_LIMIT)) reply.header('connection', 'close')
    return answer(request, reply, refusal)
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
      responseMeta: ({ errors }) => tellWhenToRetry(errors),
    },
  } satisfies FastifyTRPCPluginOptions<AppRouter>)
  if (roomkey.embedded) carrySignaling(app, roomkey.embedded)
}

/** What no procedure could make sense of is refused before a byte of its body is read. */
function refuse(request: FastifyRequest, maxBatchSize: number): VideoError | undefined {
  if (countCalls(request.url) > maxBatchSize) {
    const message = `A batch may hold at most ${maxBatchSize} calls; send them in several requests`
    return new VideoError('PAYLOAD_TOO_LARGE', message)
  }
  // tRPC takes these two as well, for procedures that want a file; none of ours does.
  const contentType = request.headers['content-type']
  if (
    contentType !== undefined &&
    contentType !== 'application/json' &&
    /^(?:multipart\/form-data|application\/octet-stream)/i.test(contentType)
  ) {
    const message = 'Send the input as JSON, with content-type: application/json'
    return new VideoError('UNSUPPORTED_MEDIA_TYPE', message)
  }
  return isUtf8(request.url) ? undefined : new VideoError('INVALID_INPUT', 'The address is not valid UTF-8')
}

/** For clients and proxies that know HTTP but not our errors: `retry-after`, the longest of a batch. */
function tellWhenToRetry(errors: readonly TRPCError[]): ResponseMeta {
  if (errors.length === 0) return NO_META
  const seconds = errors.map((error) => toVideoError(error).retryAfterSeconds ?? 0)
  const longest = Math.max(...seconds)
  return longest > 0 ? { headers: { 'retry-after': String(longest) } } : NO_META
}

const NO_META: ResponseMeta = {}

// Decoded leniently, bytes that are no UTF-8 would become U+FFFD and pass for a name.
function isUtf8(url: string): boolean {
  if (!url.includes('%')) return true
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

function countCalls(url: string): number {
  const end = url.indexOf('?')
  if (end === -1 || !url.includes('batch=', end)) return 1
  let calls = 1
  for (let at = url.indexOf(','); at !== -1 && at < end; at = url.indexOf(',', at + 1)) calls++
  return calls
}
