import { createHmac } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAccessTokenVerifier } from '../../src/access-token.ts'
import { createManualClock, type Clock } from '../../src/clock.ts'
import { createSignaling, type Signaling, type SignalingOptions } from '../../src/signaling/signaling.ts'
import { createState, type Room, type State, type StateOptions } from '../../src/state/index.ts'
import { connectTestClient, openTestClient, type ConnectTestOptions, type TestClient } from './test-client.ts'

export const keys = { accountSid: `AC${'1'.repeat(32)}`, apiKeySid: `SK${'2'.repeat(32)}`, apiKeySecret: 'secret' }

export type World = AsyncDisposable & {
  state: State
  clock: Clock
  signaling: Signaling
  url: string
  /** Errors of the emulator itself; none in a good test. */
  errors: unknown[]
  /** A socket that has said nothing yet. */
  open(): Promise<TestClient>
  /** Joins a room, by default under a name of its own. */
  join(room: string | null, identity?: string, options?: Partial<ConnectTestOptions>): Promise<TestClient>
  /** The room of that name in progress. */
  room(name: string): Room
}

export type WorldOptions = Partial<SignalingOptions> & { state?: never; stateOptions?: Partial<StateOptions> }

/** State and signalling on a server of their own, on a free port of 127.0.0.1. */
export async function createWorld({ stateOptions, ...options }: WorldOptions = {}): Promise<World> {
  const clock = createManualClock(new Date())
  const errors: unknown[] = []
  const state = createState({ clock, accountSid: keys.accountSid, reportError: (e) => errors.push(e), ...stateOptions })
  const signaling = createSignaling({
    state,
    verifyAccessToken: createAccessTokenVerifier(keys, clock),
    // What most of these clients say of media is made up: it can only be relayed.
    media: 'mesh',
    reportError: (error) => errors.push(error),
    ...options,
  })
  const server = createServer()
  server.on('upgrade', (request, socket, head) => signaling.handleUpgrade(request, socket, head))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/signaling`
  const clients = new Set<TestClient>()
  let count = 0

  async function open(): Promise<TestClient> {
    const client = await openTestClient(url)
    clients.add(client)
    return client
  }

  return {
    state,
    clock,
    signaling,
    url,
    errors,
    open,
    async join(room, identity = `user-${++count}`, options = {}) {
      const client = await open()
      await connectTestClient(client, { token: signToken({ identity }), name: room, ...options })
      return client
    },
    room(name) {
      const room = state.roomsByName.get(name)
      if (!room) throw new Error(`There is no room ${name}`)
      return room
    },
    async [Symbol.asyncDispose]() {
      for (const client of clients) client.socket.terminate()
      await signaling.close()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Signs a token as Twilio's library would; what is given replaces the claims of a good one. */
export function signToken(
  options: { identity?: string; room?: string; claims?: object; secret?: string } = {},
): string {
  const now = Math.floor(Date.now() / 1000)
  const header = { alg: 'HS256', typ: 'JWT', cty: 'twilio-fpa;v=1' }
  const claims = {
    jti: `${keys.apiKeySid}-${now}`,
    grants: { identity: options.identity ?? 'alice', video: { room: options.room } },
    iat: now,
    exp: now + 3600,
    iss: keys.apiKeySid,
    sub: keys.accountSid,
    ...options.claims,
  }
  const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  const signature = createHmac('sha256', options.secret ?? keys.apiKeySecret)
    .update(input)
    .digest('base64url')
  return `${input}.${signature}`
}
