import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServerResponse } from 'node:http'
import { COMMON_ERRORS, contract, proceduresOf } from '@roomkey/shared'
import type { FastifyInstance } from 'fastify'
import { afterAll, afterEach, expect } from 'vitest'

// Set up before every test file: whatever a test is about, no procedure may fail with a code that its entry in the
// contract does not list. Every Fastify server of this process is watched, over sockets and `inject` alike. Only what
// is written is looked at, so that no hook changes the way in which a response is sent.

const declared = new Map<string, ReadonlySet<string>>(
  proceduresOf(contract).map(([name, { errors }]) => [name, new Set<string>([...COMMON_ERRORS, ...errors])]),
)

const undeclared = new Set<string>()

subscribe('fastify.initialization', watch)
afterAll(() => unsubscribe('fastify.initialization', watch))

afterEach(() => {
  expect(takeUndeclared(), 'a procedure failed with a code that the contract does not list for it').toEqual([])
})

/** What was seen since the last time, as `rooms.get: ROOM_NAME_TAKEN`. */
export function takeUndeclared(): string[] {
  const found = [...undeclared]
  undeclared.clear()
  return found
}

function watch(message: unknown): void {
  const { fastify } = message as { fastify: FastifyInstance }
  fastify.addHook('onRequest', (request, reply, done) => {
    if (request.url.includes('/trpc/')) keepText(reply.raw, check)
    const address = `${request.method} ${request.routeOptions.url ?? ''}`
    const procedure = addresses.get(address)
    if (procedure !== undefined) keepText(reply.raw, (text) => checkProblem(text, procedure))
    done()
  })
}

/** Single and batched responses, lines of JSON and server-sent events: an error looks the same in all of them. */
const ERROR = /"path":"([^"]+)","roomkey":\{"code":"([A-Z_]+)"/g

function check(text: string): void {
  for (const [, procedure = '', code = ''] of text.matchAll(ERROR)) {
    if (declared.get(procedure)?.has(code) === false) undeclared.add(`${procedure}: ${code}`)
  }
}

/** The procedure of each REST address, as Fastify has it. */
const addresses = new Map(
  proceduresOf(contract).map(([name, { http }]) => [
    `${http.method} /v1${http.path.replaceAll(/\{(\w+)\}/g, ':$1')}`,
    name as string,
  ]),
)

/** What REST alone has. */
const REST_ERRORS: ReadonlySet<string> = new Set(['IDEMPOTENCY_KEY_REUSED'])

function checkProblem(text: string, procedure: string): void {
  for (const [, code = ''] of text.matchAll(/"code":"([A-Z_]+)","requestId"/g)) {
    if (!REST_ERRORS.has(code) && declared.get(procedure)?.has(code) === false) undeclared.add(`${procedure}: ${code}`)
  }
}

/** Hands over what was written to a response, once all of it is. */
function keepText(response: ServerResponse, take: (text: string) => void): void {
  const chunks: Buffer[] = []
  const write = response.write.bind(response)
  const end = response.end.bind(response)
  const keep = (chunk: unknown): void => {
    if (typeof chunk === 'string') chunks.push(Buffer.from(chunk))
    else if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk))
  }
  response.write = ((...args: Parameters<typeof write>) => {
    keep(args[0])
    return write(...args)
  }) as typeof write
  response.end = ((...args: Parameters<typeof end>) => {
    keep(args[0])
    take(Buffer.concat(chunks).toString())
    return end(...args)
  }) as typeof end
}
