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
  /** Can be changed while the page is open. */
  handlers: Handlers
  /** Every procedure asked for so far, with its input. */
  requests: { name: string; input: unknown; authorization: string | null }[]
  /** While `true`, no request gets through. */
  isUnreachable: boolean
  /** The inputs that a procedure was asked with. */
  inputsOf(name: Name): unknown[]
}

export type Room = Awaited<ReturnType<Calls['rooms']['get']>>
export type Participant = Awaited<ReturnType<Calls['participants']['get']>>
export type Whoami = Awaited<ReturnType<Calls['auth']['whoami']>>

const MAY = ['auth.getToken', 'rooms.create', 'rooms.complete', 'participants.remove', 'invites.create']

/** Whoever comes to a server without a sign-in. */
export const OPEN = { kind: 'open', identity: null, roles: [], may: MAY } as unknown as Whoami
/** Somebody whom the team's own sign-in knows. */
export const ADA = { kind: 'user', identity: 'ada@example.com', roles: [], may: MAY } as unknown as Whoami
/** Nobody yet, on a server that requires a sign-in. */
export const ANONYMOUS = { kind: 'anonymous', identity: null, roles: [], may: [] } as unknown as Whoami

/** Puts a server behind the page's `fetch` until `vi.unstubAllGlobals()`: open, and without rooms. */
export function installFakeServer(handlers: Handlers = {}): FakeServer {
  const server: FakeServer = {
    handlers: {
      'auth.whoami': () => OPEN,
      'rooms.list': () => ({ rooms: [], nextCursor: null }),
      'participants.list': () => ({ participants: [], nextCursor: null }),
      ...handlers,
    },
    requests: [],
    isUnreachable: false,
    inputsOf: (name) => server.requests.filter((request) => request.name === name).map(({ input }) => input),
  }
  vi.stubGlobal('fetch', async (address: string, init: RequestInit) => {
    if (server.isUnreachable) throw new TypeError('fetch failed')
    const { pathname, searchParams } = new URL(address)
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
  })
  return server
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
    sid: `RM${name.replaceAll(/\W/g, '').toLowerCase().padStart(32, '0').slice(-32)}`,
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
