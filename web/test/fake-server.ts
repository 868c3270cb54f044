import { RoomkeyError, type Calls } from '@roomkey/client'
import { vi } from 'vitest'

type Name = { [TRouter in keyof Calls]: `${TRouter}.${keyof Calls[TRouter] & string}` }[keyof Calls]
type Call<TName extends Name> = TName extends `${infer TRouter extends keyof Calls}.${infer TKey}`
  ? Calls[TRouter][TKey & keyof Calls[TRouter]]
  : never
type Handler<TCall> = TCall extends (input: infer TInput, ...rest: never) => Promise<infer TOutput>
  ? (input: TInput) => TOutput | Promise<TOutput>
  : never

/** What the server does at each procedure; the rest fails the test. */
export type Handlers = { [TName in Name]?: Handler<Call<TName>> }

export type FakeServer = {
  /** Requests that are not answered yet. */
  pending: number
  /** Tells everyone who follows events of what happened. */
  say(event: object): void
  /** Breaks all streams of events. */
  breakStreams(): void
  /** While `false`, no stream of events begins. */
  hasStreams: boolean
  /** Can be changed while the page is open. */
  handlers: Handlers
  /** Every procedure asked for so far, with its input. */
  requests: { name: string; input: unknown; authorization: string | null }[]
  /** While `true`, no request gets through. */
  isUnreachable: boolean
  /** The inputs that a procedure was asked with. */
  inputsOf(name: Name): unknown[]
  /** Refuses what is not answered yet, and whatever comes, in a way that nobody tries again. */
  close(): void
}

export type Room = Awaited<ReturnType<Calls['rooms']['get']>>
export type Participant = Awaited<ReturnType<Calls['participants']['get']>>
export type Presence = Awaited<ReturnType<Calls['rooms']['presence']>>
export type Whoami = Awaited<ReturnType<Calls['auth']['whoami']>>

const MAY = ['auth.getToken', 'rooms.create', 'rooms.complete', 'participants.remove', 'invites.create']

/** Whoever comes to a server without a sign-in. */
export const OPEN = { kind: 'open', identity: null, roles: [], isAdmin: false, may: MAY } as unknown as Whoami
/** Somebody whom the team's own sign-in knows. */
export const ADA = {
  kind: 'user',
  identity: 'ada@example.com',
  roles: [],
  isAdmin: false,
  may: MAY,
} as unknown as Whoami
/** Nobody yet, on a server that requires a sign-in. */
export const ANONYMOUS = { kind: 'anonymous', identity: null, roles: [], isAdmin: false, may: [] } as unknown as Whoami

/** Puts a server behind the page's `fetch` until `vi.unstubAllGlobals()`: open, and without rooms. */
export function installFakeServer(handlers: Handlers = {}): FakeServer {
  const server: FakeServer = {
    handlers: {
      'auth.whoami': () => OPEN,
      'rooms.list': () => ({ rooms: [], nextCursor: null }),
      'rooms.presence': ({ sid }) => createPresence(sid, []),
      ...handlers,
    },
    requests: [],
    pending: 0,
    say(event) {
      for (const { send } of streams) send(event)
    },
    breakStreams() {
      for (const stream of streams) stream.fail(new TypeError('network error'))
    },
    hasStreams: true,
    isUnreachable: false,
    close() {
      isClosed = true
      closed.resolve()
    },
    inputsOf: (name) => server.requests.filter((request) => request.name === name).map(({ input }) => input),
  }
  const streams = new Set<Stream>()
  const closed = Promise.withResolvers<void>()
  let isClosed = false
  const refuse = async () => {
    await closed.promise
    return Response.json({ error: 'the test is over' }, { status: 410 })
  }
  const fetch = async (address: string, init: RequestInit) => {
    if (server.isUnreachable) throw new TypeError('fetch failed')
    const { pathname, searchParams } = new URL(address)
    if (pathname.endsWith('/events.follow')) {
      if (!server.hasStreams) throw new TypeError('fetch failed')
      return openStream(streams, init.signal)
    }
    const names = pathname.replace('/trpc/', '').split(',')
    const inputs = JSON.parse(
      typeof init.body === 'string' ? init.body : (searchParams.get('input') ?? '{}'),
    ) as Record<string, unknown>
    const authorization = new Headers(init.headers).get('authorization')
    const responses = names.map((name, index) => {
      const input = inputs[index]
      server.requests.push({ name, input, authorization })
      return run(server.handlers[name as Name], name, input)
    })
    return Response.json(await Promise.all(responses))
  }
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    server.pending += 1
    try {
      return await (isClosed ? refuse() : Promise.race([refuse(), fetch(address, init)]))
    } finally {
      server.pending -= 1
    }
  })
  return server
}

type Stream = { send: (event: object) => void; fail: (error: Error) => void }

/** A stream of events that is caught up, and open until it is aborted or broken. */
function openStream(streams: Set<Stream>, signal: AbortSignal | null | undefined): Response {
  let stream: Stream
  const body = new ReadableStream({
    start(controller) {
      const encoder = new TextEncoder()
      stream = {
        send(event) {
          const { id } = event as { id: string }
          controller.enqueue(encoder.encode(`data: ${JSON.stringify(event)}\nid: ${id}\n\n`))
        },
        fail(error) {
          streams.delete(stream)
          controller.error(error)
        },
      }
      controller.enqueue(encoder.encode('event: connected\ndata: {}\n\n'))
      stream.send({ type: 'caught-up', id: '0' })
      streams.add(stream)
      signal?.addEventListener('abort', () => stream.fail(new DOMException('aborted', 'AbortError')))
    },
    // Whoever reads no more need not say so by a signal.
    cancel() {
      streams.delete(stream)
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

async function run(handler: unknown, name: string, input: unknown): Promise<object> {
  if (typeof handler !== 'function') throw new TypeError(`the test says nothing of ${name}`)
  try {
    return { result: { data: (await handler(input)) as unknown } }
  } catch (error) {
    if (!(error instanceof RoomkeyError)) throw error
    const { code, message, status, fields, retryAfterSeconds, twilioCode, requestId } = error
    const roomkey = { code, fields, retryAfterSeconds, twilioCode, requestId }
    return { error: { code: -32603, message, data: { code, httpStatus: status ?? 400, roomkey } } }
  }
}

/** A failure as the server reports it. */
export function failWith(...[code, details]: [ConstructorParameters<typeof RoomkeyError>[0], object?]): () => never {
  return () => {
    throw new RoomkeyError(code, `the server says ${code}`, details)
  }
}

export function createRoom(name: string, details: Partial<Record<keyof Room, unknown>> = {}): Room {
  return {
    sid: `RM${Buffer.from(name).toString('hex').padStart(32, '0').slice(-32)}`,
    name,
    status: 'in-progress',
    type: 'group',
    maxParticipants: 50,
    access: 'signed-in',
    host: null,
    ...details,
  } as unknown as Room
}

export function createParticipant(identity: string): Participant {
  return { sid: `PA ${identity}`, identity, status: 'connected' } as unknown as Participant
}

/** Who is in a room, by their identities. */
export function createPresence(roomSid: string, identities: readonly string[]): Presence {
  const participants = identities.map((identity) => ({
    identity,
    participantSid: `PA ${identity}`,
    joinedAt: '2026-01-01T00:00:00.000Z',
  }))
  return { roomSid, participants, lastEventId: '0' } as unknown as Presence
}

/** That somebody came in or left. */
export function createMove(id: number, roomSid: string, type: string, identity: string): object {
  return { type, id: `${id}`, roomSid, identity, participantSid: `PA ${identity}`, at: '2026-01-01T00:00:00.000Z' }
}
