import type { TRPCError } from '@trpc/server'
import { getHTTPStatusCode, type ResponseMeta } from '@trpc/server/http'
import type { Exchange } from './exchange.ts'
import type { RequestInfo } from './request-info.ts'

/** A call's envelope on the wire. */
export type Envelope = { result: { data: unknown } } | { error: unknown }
type WireEnvelopes = Parameters<typeof getHTTPStatusCode>[0]

/**
 * Sets status and headers: those every tRPC response has, then those the host's `responseMeta` wants.
 * `envelopes` is `null` for a stream, whose results are not known yet.
 */
export function writeHead(
  exchange: Exchange,
  info: RequestInfo | undefined,
  envelopes: Envelope[] | null,
  errors: (TRPCError | undefined)[],
): void {
  const { reply } = exchange
  const status = envelopes === null || envelopes.every(isResult) ? 200 : getStatus(envelopes, errors)
  const { responseMeta } = exchange.options
  const meta = responseMeta === undefined ? undefined : callResponseMeta(exchange, info, envelopes, errors)
  reply.code(meta?.status || status)
  vary(exchange)
  if (meta?.headers !== undefined) applyHeaders(exchange, meta.headers)
}

/** Sends a text as it is: Fastify adds a charset to the content type of a string unless a serializer is set. */
export function sendText(exchange: Exchange, text: string): void {
  exchange.reply.serializer(identity).send(text)
}

function identity(payload: unknown): string {
  return payload as string
}

function isResult(envelope: Envelope): boolean {
  return 'result' in envelope
}

function getStatus(envelopes: Envelope[], errors: (TRPCError | undefined)[]): number {
  return getHTTPStatusCode(envelopes as WireEnvelopes, errors)
}

function callResponseMeta(
  { options, context }: Exchange,
  info: RequestInfo | undefined,
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

const TRPC_VARY = 'trpc-accept, accept'

/** tRPC answers by its own header too; what a cache must mind besides, such as CORS's `Origin`, is kept. */
function vary({ reply }: Exchange): void {
  const current = reply.getHeader('vary')
  reply.header('vary', current === undefined ? TRPC_VARY : `${String(current)}, ${TRPC_VARY}`)
}

/** Headers given as `Headers` add to what is there, those of a plain object replace it: the stock adapter's rules. */
function applyHeaders({ reply }: Exchange, headers: NonNullable<ResponseMeta['headers']>): void {
  if (headers instanceof Headers) {
    for (const [name, value] of headers) append(name, value)
    return
  }
  for (const [name, value] of Object.entries(headers)) {
    if (Array.isArray(value)) for (const item of value) append(name, item)
    else if (typeof value === 'string') reply.header(name, value)
  }

  function append(name: string, value: string): void {
    const current = reply.getHeader(name)
    const isCookie = name.toLowerCase() === 'set-cookie'
    reply.header(name, current === undefined || isCookie ? value : `${String(current)}, ${value}`)
  }
}
