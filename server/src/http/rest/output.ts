import { hash } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** A list as REST has it: `next` is the cursor of the page after it, and `Link` leads there. */
type Page = { nextCursor: string | null }

/** Sends what a procedure came to. */
export function sendOutput(request: FastifyRequest, reply: FastifyReply, status: number, output: unknown): void {
  const text = JSON.stringify(isPage(output) ? toPage(request, reply, output) : output)
  reply.code(status).header('content-type', 'application/json; charset=utf-8')
  if (request.method === 'GET' || request.method === 'HEAD') {
    const etag = `"${hash('sha1', text, 'base64url')}"`
    reply.header('etag', etag)
    if (isKnown(request.headers['if-none-match'], etag)) {
      reply.code(304).removeHeader('content-type').send()
      return
    }
  }
  reply.send(text)
}

function isPage(output: unknown): output is Page {
  return typeof output === 'object' && output !== null && 'nextCursor' in output
}

function toPage(request: FastifyRequest, reply: FastifyReply, { nextCursor: next, ...items }: Page): object {
  if (next !== null) reply.header('link', `<${toNextUrl(request, next)}>; rel="next"`)
  return { ...items, next }
}

/** Relative to the address asked for, so that it is right below any path a proxy puts the server at. */
function toNextUrl({ url }: FastifyRequest, cursor: string): string {
  const search = new URLSearchParams(url.split('?').slice(1).join('?'))
  search.set('cursor', cursor)
  return `?${search.toString()}`
}

/** Whether the caller has this already. Source: RFC 9110, 13.1.2: compared weakly. */
function isKnown(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  return header.trim() === '*' || header.split(',').some((item) => item.trim().replace(/^W\//, '') === etag)
}
