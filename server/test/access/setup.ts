import { SignJWT } from 'jose'
import { vi } from 'vitest'
import { createApiKey } from '../../src/identity/api-key.ts'
import { createWorld, type TestResponse, type World, type WorldOptions } from '../setup.ts'

// The first call of a file loads Twilio's SDK, and PostgreSQL and processes share the machine with every other test.
vi.setConfig({ testTimeout: 120_000 })

/** The secret of a sign-in that exists only in tests. */
export const SIGN_IN_SECRET = 'a-secret-of-tests-with-more-than-32-bytes'

/** The only API key that test servers let in. */
export const SERVICE_KEY = createApiKey('backend')

/** Everything but PostgreSQL and Twilio, in memory, with limits out of the way unless a test is about them. */
export const ENVIRONMENT: Record<string, string> = {
  AUTH_JWT_SECRET: SIGN_IN_SECRET,
  API_KEYS: SERVICE_KEY.entry,
  DATA_DIR: ':memory:',
  RATE_LIMIT_CALLS: 'off',
  RATE_LIMIT_TOKENS: 'off',
  RATE_LIMIT_INVITES: 'off',
  RATE_LIMIT_ADDRESS: 'off',
  MAX_CONNECTIONS_PER_ADDRESS: 'off',
  MAX_EVENT_LOOP_DELAY_MS: 'off',
}

/** A token of the tests' sign-in, good for ten minutes unless `claims` say otherwise. */
export async function signIn(identity: string, claims: Record<string, unknown> = {}): Promise<string> {
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ sub: identity, iat: now, exp: now + 600, ...claims })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(new TextEncoder().encode(SIGN_IN_SECRET))
}

/** Headers of someone who calls. */
export async function asUser(identity: string, claims?: Record<string, unknown>): Promise<Record<string, string>> {
  return asBearer(await signIn(identity, claims))
}

export function asBearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

export const asService = asBearer(SERVICE_KEY.key)

/** A server that asks who calls. */
export function createGuardedWorld({ env, ...options }: WorldOptions = {}): Promise<World> {
  return createWorld({ ...options, env: { ...ENVIRONMENT, ...env } })
}

/** Creates a room, and fails the test if that fails. */
export async function createRoom(
  world: World,
  headers: Record<string, string>,
  input: Record<string, unknown> = {},
): Promise<{ sid: string; name: string; host: string | null; access: string }> {
  return expectData(await world.mutate('rooms.create', input, headers))
}

/** The data of a response that must be a success. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests read the JSON as any client would
export function expectData(response: TestResponse): any {
  if (response.error !== undefined) throw new Error(`${response.status} ${response.text}`)
  return response.data
}

/** How a call ended: `OK`, or the code of its error. */
export function outcomeOf(response: TestResponse): string {
  return response.error === undefined ? 'OK' : response.error.data.roomkey.code
}
