import { Readable } from 'node:stream'
import { TRPCError } from '@trpc/server'
import { resolveResponse } from '@trpc/server/http'
import type { FastifyRequest } from 'fastify'
import { sendResponse } from './response-head.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** Has tRPC's own handler serve a request: form data, binary bodies, streamed batches, and whatever is rare. */
export async function sendByStockHandler(trpcRequest: TrpcRequest): Promise<void> {
  const { options, request, reply, path } = trpcRequest
  const response = await resolveResponse({
    ...options,
    req: toFetchRequest(trpcRequest),
    path,
    error: null,
    createContext: async ({ info }) => options.createContext?.({ req: request, res: reply, info }),
    onError: (details) => options.onError?.({ ...details, req: request }),
  })
  sendResponse(trpcRequest, response)
}

function toFetchRequest(trpcRequest: TrpcRequest): Request {
  const { request, signal } = trpcRequest
  const { method } = request
  const url = trpcRequest.url ?? new URL(request.raw.url ?? '', 'http://localhost')
  const body = method === 'GET' ? undefined : toFetchBody(trpcRequest)
  // A page's types, which a package beside us may bring along, do not know `duplex`.
  const init = { method, headers: toFetchHeaders(request), signal, body, duplex: 'half' }
  return new Request(url, init as RequestInit)
}

function toFetchHeaders({ headers }: FastifyRequest): Headers {
  const copied = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    // HTTP/2 has headers that are none.
    if (name.startsWith(':') || value === undefined) continue
    for (const item of Array.isArray(value) ? value : [value]) copied.append(name, item)
  }
  return copied
}

function toFetchBody({ request, options }: TrpcRequest): string | ReadableStream<Uint8Array> | undefined {
  const { body } = request
  if (body === undefined || typeof body === 'string') return body
  const bytes = Readable.from(readUpTo(body as Readable, options.maxBodySize ?? Infinity))
  return Readable.toWeb(bytes) as ReadableStream<Uint8Array>
}

async function* readUpTo(body: Readable, limit: number): AsyncGenerator<Uint8Array> {
  let size = 0
  // Destroyed, the request would take its connection along, and the refusal with it.
  for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size <= limit) {
      yield chunk
      continue
    }
    body.resume()
    throw new TRPCError({ code: 'PAYLOAD_TOO_LARGE', message: `The request body is larger than ${limit} bytes` })
  }
}
