import { createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, SignJWT, UnsecuredJWT } from 'jose'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { createUserVerifier } from '../../src/identity/user-token.ts'
import { parseConfig } from '../../src/index.ts'
import { createWorld } from '../setup.ts'
import { asBearer, asUser, createGuardedWorld, outcomeOf, signIn, SIGN_IN_SECRET } from './setup.ts'

const ISSUER = 'https://id.example.com/'
const AUDIENCE = 'roomkey'
const now = () => Math.floor(Date.now() / 1000)

describe('a shared secret', () => {
  test('lets in whoever it vouches for, and says who that is', async () => {
    await using world = await createGuardedWorld()
    const answer = await world.query('auth.whoami', undefined, await asUser('Beyoncé', { roles: ['admin', 'singer'] }))
    expect(answer.data).toMatchObject({
      kind: 'user',
      identity: 'Beyoncé',
      roles: ['admin', 'singer'],
      isAdmin: true,
    })
    const other = await world.query('auth.whoami', undefined, await asUser('Kelly', { roles: ['singer'] }))
    expect(other.data).toMatchObject({ identity: 'Kelly', isAdmin: false })
    expect(answer.data.may).toContain('audit.list')
  })

  const attacks: Record<string, () => Promise<string> | string> = {
    'no signature (alg none)': () => new UnsecuredJWT({ sub: 'ann', exp: now() + 600 }).encode(),
    'another secret': () => sign(createSecretKey(Buffer.from('another-secret-of-tests-with-32-bytes!')), 'HS256'),
    'another algorithm of the same family': () =>
      sign(createSecretKey(Buffer.from(SIGN_IN_SECRET.padEnd(64))), 'HS512'),
    'expired a minute ago': () => signIn('ann', { exp: now() - 60 }),
    'without an end': () => signIn('ann', { exp: undefined }),
    'not valid for another minute': () => signIn('ann', { nbf: now() + 60 }),
    'no identity': () => signIn('', {}),
    'an identity that is no text': () => signIn('ann', { sub: 12 }),
    'an identity with a line break': () => signIn('ann\nlevel=50'),
    "a guest's identity": () => signIn('guest:ann:1'),
    'a token of ten kilobytes': () => signIn('ann', { padding: 'x'.repeat(10_000) }),
    'no token at all': () => 'nonsense',
    'a changed identity': async () => tamper(await signIn('ann')),
  }

  test.each(Object.entries(attacks))('refuses %s', async (_name, make) => {
    await using world = await createGuardedWorld()
    const answer = await world.query('rooms.list', undefined, asBearer(await make()))
    expect(outcomeOf(answer)).toBe('UNAUTHENTICATED')
    expect(answer.status).toBe(401)
  })

  test('allows clocks to differ by half a minute, no more', async () => {
    await using world = await createGuardedWorld()
    const outcome = async (claims: Record<string, unknown>) =>
      outcomeOf(await world.query('rooms.list', undefined, await asUser('ann', claims)))
    expect(await outcome({ exp: now() - 20 })).toBe('OK')
    expect(await outcome({ nbf: now() + 20 })).toBe('OK')
    expect(await outcome({ exp: now() - 40 })).toBe('UNAUTHENTICATED')
  })

  test('checks issuer and audience when they are set', async () => {
    await using world = await createGuardedWorld({ env: { AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE } })
    const outcome = async (claims: Record<string, unknown>) =>
      outcomeOf(await world.query('rooms.list', undefined, await asUser('ann', claims)))
    expect(await outcome({ iss: ISSUER, aud: AUDIENCE })).toBe('OK')
    expect(await outcome({ iss: ISSUER, aud: ['other', AUDIENCE] })).toBe('OK')
    expect(await outcome({ iss: 'https://evil.example.com/', aud: AUDIENCE })).toBe('UNAUTHENTICATED')
    expect(await outcome({ iss: ISSUER, aud: 'another-app' })).toBe('UNAUTHENTICATED')
    expect(await outcome({ iss: ISSUER })).toBe('UNAUTHENTICATED')
    expect(await outcome({ aud: AUDIENCE })).toBe('UNAUTHENTICATED')
  })

  test('reads identity and roles from the claims it is told', async () => {
    const env = {
      AUTH_IDENTITY_CLAIM: 'email',
      AUTH_ROLES_CLAIM: 'realm_access.roles',
      AUTH_ADMIN_ROLE: 'boss',
    }
    await using world = await createGuardedWorld({ env })
    const claims = { email: 'ann@example.com', realm_access: { roles: ['boss', 7] } }
    const answer = await world.query('auth.whoami', undefined, await asUser('4711', claims))
    expect(answer.data).toMatchObject({ identity: 'ann@example.com', roles: ['boss'] })
    expect(answer.data.may).toContain('audit.list')
  })

  test('is not known a moment after the token has expired, cached or not', async () => {
    let time = Date.now()
    await using world = await createGuardedWorld({ overrides: { now: () => time } })
    const headers = await asUser('ann', { exp: now() + 60 })
    expect(outcomeOf(await world.query('rooms.list', undefined, headers))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.list', undefined, headers))).toBe('OK')
    time += 91_000
    expect(outcomeOf(await world.query('rooms.list', undefined, headers))).toBe('UNAUTHENTICATED')
  })

  test('shown bad, never counts as none shown, on an open server either', async () => {
    await using world = await createGuardedWorld({ env: { OPEN_ACCESS: 'true' } })
    expect(outcomeOf(await world.query('rooms.list', undefined, {}))).toBe('OK')
    expect(outcomeOf(await world.query('rooms.list', undefined, asBearer('nonsense')))).toBe('UNAUTHENTICATED')
    expect(outcomeOf(await world.query('rooms.list', undefined, asBearer(`rk_${'a'.repeat(43)}`)))).toBe(
      'UNAUTHENTICATED',
    )
    expect(outcomeOf(await world.query('rooms.list', undefined, { 'x-api-key': 'nonsense' }))).toBe('UNAUTHENTICATED')
  })
})

describe('keys from a URL', () => {
  const servers: Disposable[] = []
  afterEach(() => {
    for (const server of servers.splice(0)) server[Symbol.dispose]()
    vi.useRealTimers()
  })

  /** A sign-in service whose answer the test decides. */
  async function createSignIn(listener: RequestListener): Promise<{ url: string; asked(): number; stop(): void }> {
    let asked = 0
    const server = createServer((request, response) => {
      asked++
      listener(request, response)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const stop = () => {
      server.closeAllConnections()
      server.close()
    }
    servers.push({ [Symbol.dispose]: stop })
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`, asked: () => asked, stop }
  }

  function createVerifier(url: string, options: Parameters<typeof createUserVerifier>[1] = {}) {
    const { signIn: config } = parseConfig({ AUTH_JWKS_URL: url, AUTH_ISSUER: ISSUER, AUTH_AUDIENCE: AUDIENCE }).access
    if (config === undefined) throw new Error('no sign-in was configured')
    return createUserVerifier(config, { cooldownMs: 0, ...options })
  }

  test('are fetched once, and again for a key not seen before', async () => {
    const [first, second] = [createKey('one'), createKey('two')]
    const published = [first]
    const signInService = await createSignIn(async (_request, response) => {
      response.end(JSON.stringify({ keys: await Promise.all(published.map((key) => key.jwk())) }))
    })
    const verify = createVerifier(signInService.url)
    expect((await verify(await first.sign())).caller.identity).toBe('ann')
    await verify(await first.sign())
    expect(signInService.asked()).toBe(1)
    published.push(second)
    await verify(await second.sign())
    expect(signInService.asked()).toBe(2)
  })

  test('go on being used while the endpoint is unreachable, for a day', async () => {
    vi.useFakeTimers({ toFake: ['Date'] })
    const key = createKey('one')
    const signInService = await createSignIn(async (_request, response) => {
      response.end(JSON.stringify({ keys: [await key.jwk()] }))
    })
    const verify = createVerifier(signInService.url, { timeoutMs: 500 })
    await verify(await key.sign())
    signInService.stop()
    vi.setSystemTime(Date.now() + 11 * 60_000)
    await verify(await key.sign())
    vi.setSystemTime(Date.now() + 24 * 3_600_000)
    await expect(verify(await key.sign())).rejects.toMatchObject({ code: 'OVERLOADED' })
  })

  test('are not asked for again and again while they cannot be had', async () => {
    const key = createKey('one')
    const signInService = await createSignIn((_request, response) => response.writeHead(500).end())
    const verify = createVerifier(signInService.url, { cooldownMs: 60_000 })
    for (let attempt = 0; attempt < 20; attempt++) {
      await expect(verify(await key.sign())).rejects.toMatchObject({ code: 'OVERLOADED' })
    }
    expect(signInService.asked()).toBe(1)
  })

  const answers: Record<string, RequestListener> = {
    'of ten megabytes': (_request, response) => response.end(`{"keys":[],"x":"${'x'.repeat(10_000_000)}"}`),
    'that never ends': (_request, response) => {
      response.write('{"keys":[')
    },
    'that never begins': () => undefined,
    'that trickles without end': (_request, response) => {
      const timer = setInterval(() => response.write(' '), 20)
      response.on('close', () => clearInterval(timer))
    },
    'that sends elsewhere': (_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'that is a page': (_request, response) => response.end('<html>'),
    'that is no key set': (_request, response) => response.end('{"keys":{}}'),
  }

  test.each(Object.entries(answers))('in an answer %s are refused', async (_name, listener) => {
    const signInService = await createSignIn(listener)
    const verify = createVerifier(signInService.url, { timeoutMs: 300 })
    await expect(verify(await createKey('one').sign())).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterSeconds: expect.any(Number),
    })
  })

  test('are not taken for a shared secret (key confusion), nor is any other trick', async () => {
    const key = createKey('one')
    const signInService = await createSignIn(async (_request, response) => {
      response.end(JSON.stringify({ keys: [await key.jwk()] }))
    })
    await using world = await createWorld({
      env: {
        AUTH_JWKS_URL: signInService.url,
        AUTH_ISSUER: ISSUER,
        AUTH_AUDIENCE: AUDIENCE,
        DATA_DIR: ':memory:',
      },
    })
    const outcome = async (token: string) => outcomeOf(await world.query('rooms.list', undefined, asBearer(token)))
    expect(await outcome(await key.sign())).toBe('OK')
    const publicPem = key.publicKey.export({ type: 'spki', format: 'pem' })
    const claims = { iss: ISSUER, aud: AUDIENCE }
    expect(await outcome(await sign(createSecretKey(Buffer.from(publicPem)), 'HS256', claims, 'one'))).toBe(
      'UNAUTHENTICATED',
    )
    const publicJwk = createSecretKey(Buffer.from(JSON.stringify(await key.jwk())))
    expect(await outcome(await sign(publicJwk, 'HS256', claims, 'one'))).toBe('UNAUTHENTICATED')
    expect(await outcome(await createKey('one').sign())).toBe('UNAUTHENTICATED')
    expect(await outcome(await key.sign({ iss: 'https://evil.example.com/' }))).toBe('UNAUTHENTICATED')
    expect(await outcome(await key.sign({ aud: 'another-app' }))).toBe('UNAUTHENTICATED')
    expect(await outcome(new UnsecuredJWT({ ...claims, sub: 'ann', exp: now() + 60 }).encode())).toBe('UNAUTHENTICATED')
  })
})

/** A key pair of a sign-in service. */
function createKey(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  return {
    publicKey,
    jwk: async () => ({ ...(await exportJWK(publicKey)), kid, alg: 'RS256', use: 'sig' }),
    sign: (claims: Record<string, unknown> = {}) =>
      sign(privateKey, 'RS256', { iss: ISSUER, aud: AUDIENCE, ...claims }, kid),
  }
}

function sign(key: KeyObject, alg: string, claims: Record<string, unknown> = {}, kid?: string): Promise<string> {
  return new SignJWT({ sub: 'ann', exp: now() + 2 * 86_400, ...claims })
    .setProtectedHeader({ alg, ...(kid === undefined ? undefined : { kid }) })
    .sign(key)
}

/** The same signature over another identity. */
function tamper(token: string): string {
  const [header, , signature] = token.split('.')
  const payload = Buffer.from(JSON.stringify({ sub: 'root', exp: now() + 600, roles: ['admin'] })).toString('base64url')
  return [header, payload, signature].join('.')
}
