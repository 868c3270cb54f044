import { validateHeaderName, validateHeaderValue } from 'node:http'
import type { TRPCError } from '@trpc/server'
import type { ResponseMeta, TRPCRequestInfo } from '@trpc/server/http'
import { getHTTPStatusCode } from './trpc-internals.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** A call's envelope on the wire. */
export type Envelope = { result: { data: unknown } } | { error: unknown }
type WireEnvelopes = Parameters<typeof getHTTPStatusCode>[0]

/**
 * Sets status and headers: those every tRPC response has, then those the host's `responseMeta` wants.
 * `envelopes` is `null` for a stream, whose results are not known yet.
 */
export function setHead(
  trpcRequest: TrpcRequest,
  info: TRPCRequestInfo | undefined,
  envelopes: Envelope[] | null,
  errors: (TRPCError | undefined)[],
): void {
  const { reply, options } = trpcRequest
  const status = envelopes === null || envelopes.every(isResult) ? 200 : getStatus(envelopes, errors)
  const meta = options.responseMeta === undefined ? undefined : callResponseMeta(trpcRequest, info, envelopes, errors)
  reply.code(meta?.status || status)
  addHeader(trpcRequest, 'vary', 'trpc-accept, accept')
  if (meta?.headers !== undefined) applyMeta(trpcRequest, meta.headers)
}

/** Sends a text as it is: Fastify adds a charset to the content type of a string unless a serializer is set. */
export function sendText({ reply }: TrpcRequest, text: string): void {
  reply.serializer(toText).send(text)
}

/** Sends a response that tRPC's own handler made, so that hooks find its head on the reply as they do with ours. */
export function sendResponse(trpcRequest: TrpcRequest, { status, headers, body }: Response): void {
  const { reply } = trpcRequest
  reply.code(status)
  for (const [name, value] of headers) {
    if (name === 'vary') addHeader(trpcRequest, name, value)
    else setHeader(trpcRequest, name, value)
  }
  reply.send(body ?? undefined)
}

// An HTTP/2 stream that is given one of these throws when its head is written, where nobody can catch it.
const HTTP1_ONLY = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade'])

/** Sets a header, unless the protocol has no place for it. */
export function setHeader({ request, reply }: TrpcRequest, name: string, value: string): void {
  if (request.raw.httpVersionMajor >= 2 && HTTP1_ONLY.has(name.toLowerCase())) return
  reply.header(name, value)
}

/** Adds to what others have set: a cache must mind CORS's `vary: origin` too. */
function addHeader(trpcRequest: TrpcRequest, name: string, value: string): void {
  const current = trpcRequest.reply.getHeader(name)
  const isCookie = name.toLowerCase() === 'set-cookie'
  setHeader(trpcRequest, name, current === undefined || isCookie ? value : `${String(current)}, ${value}`)
}

/** Headers given as `Headers` add to what is there, those of a plain object replace it: as tRPC's own adapter does. */
function applyMeta(trpcRequest: TrpcRequest, headers: NonNullable<ResponseMeta['headers']>): void {
  if (headers instanceof Headers) {
    for (const [name, value] of headers) addHeader(trpcRequest, name, value)
    return
  }
  for (const [name, value] of Object.entries(headers)) {
    const isList = Array.isArray(value)
    for (const item of isList ? value : [value]) {
      if (typeof item !== 'string') continue
      requireValid(name, item)
      if (isList) addHeader(trpcRequest, name, item)
      else setHeader(trpcRequest, name, item)
    }
  }
}

/** @throws TypeError now: when the head is written, behind the hooks of the host, nobody could catch it. */
function requireValid(name: string, value: string): void {
  validateHeaderName(name)
  validateHeaderValue(name, value)
}

/** Text as it is; an object comes from the host, when a hook failed and its error handler takes over the reply. */
function toText(payload: unknown): string {
  return typeof payload === 'string' ? payload : JSON.stringify(payload)
}

function isResult(envelope: Envelope): boolean {
  return 'result' in envelope
}

function getStatus(envelopes: Envelope[], errors: (TRPCError | undefined)[]): number {
  return getHTTPStatusCode(envelopes as WireEnvelopes, errors)
}

function callResponseMeta(
  { options, context }: TrpcRequest,
  info: TRPCRequestInfo | undefined,
  envelopes: Envelope[] | null,
  errors: (TRPCError | undefined)[],
): ResponseMeta {
  return (
    options.responseMeta?.({
      ctx: context,
      info,
      paths: info?.calls.map(({ path }) => path),
      data: (envelopes ?? []) as Extract<WireEnvelopes, unknown[]>,
      errors: errors.filter((error) => error !== undefined),
      eagerGeneration: envelopes === null,
      // All calls of one request are of one type.
      type: info?.type ?? 'unknown',
    }) ?? {}
  )
}
