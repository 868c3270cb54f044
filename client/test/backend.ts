import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { ErrorCode, ErrorData } from '@roomkey/shared'
import { initTRPC, TRPCError, type TRPC_ERROR_CODE_KEY } from '@trpc/server'
import { createHTTPHandler } from '@trpc/server/adapters/standalone'

type Call = { path: string; input: unknown; headers: IncomingHttpHeaders; signal: AbortSignal | undefined }
type Answer = (call: Call) => unknown
export type Request = { method: string; url: string; headers: IncomingHttpHeaders }

export type Backend = AsyncDisposable & { url: string; requests: Request[] }

/** A failure as the server words it. */
export class Failure extends TRPCError {
  readonly data: Omit<ErrorData, 'requestId'>
  constructor(code: TRPC_ERROR_CODE_KEY, data: Omit<ErrorData, 'requestId'>, message = `refused: ${data.code}`) {
    super({ code, message })
    this.data = data
  }
}

export const failWith = (code: TRPC_ERROR_CODE_KEY, roomkey: ErrorCode, rest: Partial<ErrorData> = {}) =>
  new Failure(code, { code: roomkey, ...rest })

/**
 * A tRPC server that answers as a test wants, for faults that the real one does not have at will. `intercept` sees
 * each request first and may answer it by itself, by returning `true`.
 */
export async function serve(
  answers: Partial<
    Record<'rooms.get' | 'rooms.list' | 'rooms.create' | 'auth.whoami' | 'auth.getToken' | 'invites.revoke', Answer>
  >,
  intercept: (request: IncomingMessage, response: ServerResponse, count: number) => boolean = () => false,
): Promise<Backend> {
  const t = initTRPC.context<{ headers: IncomingHttpHeaders }>().create({
    errorFormatter: ({ shape, error }) => ({
      ...shape,
      data: {
        ...shape.data,
        ...(error instanceof Failure && { roomkey: { ...error.data, requestId: 'req-1' } }),
      },
    }),
  })
  // Whatever is sent is the input: these tests are about the way there and back.
  const procedure = t.procedure.input((input: unknown) => input)
  const answer = (path: keyof typeof answers) => ({
    query: procedure.query(({ input, ctx, signal }) => answers[path]?.({ path, input, headers: ctx.headers, signal })),
    mutation: procedure.mutation(({ input, ctx, signal }) =>
      answers[path]?.({ path, input, headers: ctx.headers, signal }),
    ),
  })
  const router = t.router({
    auth: { whoami: answer('auth.whoami').query, getToken: answer('auth.getToken').mutation },
    invites: { revoke: answer('invites.revoke').mutation },
    rooms: {
      get: answer('rooms.get').query,
      list: answer('rooms.list').query,
      create: answer('rooms.create').mutation,
    },
  })
  const handle = createHTTPHandler({
    router,
    basePath: '/trpc/',
    createContext: ({ req }) => ({ headers: req.headers }),
    onError: () => undefined,
  })
  const requests: Request[] = []
  const server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers })
    if (!intercept(request, response, requests.length)) handle(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}
