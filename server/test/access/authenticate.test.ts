import { describe, expect, test } from 'vitest'
import { VideoError, callers, createRoomkey, parseConfig, type Authenticate } from '../../src/index.ts'
import { SAMPLE_CREDENTIALS, createWorld } from '../setup.ts'
import {
  SERVICE_KEY,
  asBearer,
  asService,
  asUser,
  createRoom,
  expectData,
  outcomeOf,
  signIn,
  ENVIRONMENT,
} from './setup.ts'

const SESSIONS: Readonly<Record<string, string>> = { 'session=of-ann': 'ann', 'session=of-bo': 'bo' }

/** Sessions by cookie, as a team's own code knows them. */
const byCookie: Authenticate = ({ headers }) => {
  const user = SESSIONS[String(headers['cookie'])]
  return user === undefined ? undefined : callers.user(user, { roles: ['singer'], name: `Name of ${user}` })
}

const createWorldOf = (authenticate: Authenticate, env: Record<string, string> = {}) =>
  createWorld({ env: { DATA_DIR: ':memory:', ...env }, overrides: { authenticate } })

const ann = { cookie: 'session=of-ann' }

describe('a sign-in in code', () => {
  test('says who calls', async () => {
    await using world = await createWorldOf(byCookie)
    expect((await world.query('auth.whoami', undefined, ann)).data).toMatchObject({
      kind: 'user',
      identity: 'ann',
      name: 'Name of ann',
      roles: ['singer'],
    })
    const { sid } = await createRoom(world, ann)
    const token = expectData(await world.mutate('auth.getToken', { roomSid: sid }, ann))
    expect(token.userId).toBe('ann')
  })

  test.each<Record<string, string>>([{}, { OPEN_ACCESS: 'true' }])(
    'lets nobody in whom it does not know: anonymous, never open (%o)',
    async (env) => {
      await using world = await createWorldOf(byCookie, env)
      for (const headers of [
        {},
        { cookie: 'session=made-up' },
        asBearer('nonsense'),
        { authorization: 'Basic eDp5' },
      ]) {
        expect((await world.query('auth.whoami', undefined, headers)).data.kind).toBe('anonymous')
        expect(outcomeOf(await world.mutate('rooms.create', {}, headers))).toBe('UNAUTHENTICATED')
      }
    },
  )

  test('stands beside API keys, invitations and a sign-in by JWT', async () => {
    await using world = await createWorldOf(byCookie, ENVIRONMENT)
    const kindOf = async (headers: Record<string, string>) =>
      (await world.query('auth.whoami', undefined, headers)).data?.kind as string | undefined
    expect(await kindOf(asService)).toBe('service')
    expect(await kindOf({ 'x-api-key': SERVICE_KEY.key })).toBe('service')
    expect(await kindOf(await asUser('carl'))).toBe('user')
    const { sid } = await createRoom(world, ann)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, ann))
    expect(await kindOf(asBearer(invite as string))).toBe('guest')
    const bad = await world.query('auth.whoami', undefined, asBearer(`${await signIn('carl')}x`))
    expect(outcomeOf(bad)).toBe('UNAUTHENTICATED')
  })

  test('may take its time, and may refuse in words', async () => {
    await using world = await createWorldOf(async () => {
      await new Promise(setImmediate)
      throw new VideoError('UNAUTHENTICATED', 'Your session has ended. Sign in again')
    })
    const answer = await world.query('rooms.list')
    expect(answer.error).toMatchObject({ message: 'Your session has ended. Sign in again', data: { httpStatus: 401 } })
  })

  test('that fails is an error of the server, of which nothing is told', async () => {
    await using world = await createWorldOf(() => {
      throw new Error('password of the session database: hunter2')
    })
    const answer = await world.query('rooms.list')
    expect(outcomeOf(answer)).toBe('INTERNAL_ERROR')
    expect(answer.text).not.toContain('hunter2')
  })

  test.each(['', 'guest:ann:1', 'ann\nlevel', 'x'.repeat(200)])('gives nobody the identity %j', async (identity) => {
    await using world = await createWorldOf(() => callers.user(identity))
    expect(outcomeOf(await world.query('rooms.list'))).toBe('UNAUTHENTICATED')
  })

  test('is enough for a server with Twilio’s credentials to start', async () => {
    expect(() => parseConfig(SAMPLE_CREDENTIALS)).toThrow('AUTH_ISSUER')
    const config = parseConfig({ ...SAMPLE_CREDENTIALS, OPEN_ACCESS: 'true' }, { hasSignIn: true })
    expect(config.access).toMatchObject({ open: false, openAccess: false, auditDays: 90 })
    // Whoever says that there is one, and gives none, has a server that knows nobody.
    const roomkey = createRoomkey(parseConfig({ DATA_DIR: ':memory:' }, { hasSignIn: true }))
    const source = {
      headers: {},
      protocol: 'http',
      host: 'localhost',
      ip: '127.0.0.1',
      requestId: 'r',
      log: roomkey.log,
    } as const
    expect((await roomkey.createContext(source)).caller).toEqual(callers.anonymous)
    await roomkey.close()
  })
})

describe('a page of another site', () => {
  const evil = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
  const own = { origin: 'http://localhost:5000', host: 'localhost:5000' }
  const json = { 'content-type': 'application/json' }

  test.each([
    ['by its origin', { origin: 'https://evil.example' }],
    ['by what the browser says of the site', { 'sec-fetch-site': 'cross-site' }],
    ['by both', evil],
    ['without an origin of its own', { origin: 'null' }],
    ['on a neighbouring host', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.com' }],
    ['with the password that the browser gives a proxy by itself', { ...evil, authorization: 'Basic YTpi' }],
  ])('changes nothing with the user’s cookie: known %s', async (_how, headers) => {
    await using world = await createWorldOf(byCookie)
    for (const path of ['/trpc/rooms.create', '/v1/rooms']) {
      const answer = await world.send(path, { method: 'POST', headers: { ...ann, ...json, ...headers }, body: '{}' })
      expect(answer.status).toBe(403)
    }
    expect(expectData(await world.query('rooms.list', undefined, ann)).rooms).toEqual([])
  })

  test('opens no subscription, and reads nothing, with the user’s cookie', async () => {
    await using world = await createWorldOf(byCookie)
    const { sid } = await createRoom(world, ann)
    const stream = { ...ann, ...evil, accept: 'text/event-stream' }
    expect((await world.query('rooms.events', { sid }, stream)).status).toBe(403)
    expect((await world.send(`/v1/rooms/${sid}/events`, { headers: stream })).status).toBe(403)
    const image = { ...ann, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' }
    expect((await world.query('rooms.list', undefined, image)).status).toBe(403)
    for (const authorization of ['Basic YTpi', 'digest username="a"', 'Negotiate YQ==', 'NTLM YQ==']) {
      expect((await world.query('rooms.list', undefined, { ...image, authorization })).status).toBe(403)
    }
  })

  test('may link here', async () => {
    await using world = await createWorldOf(byCookie)
    const link = { ...ann, 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
    expect((await world.query('rooms.list', undefined, link)).status).toBe(200)
    const form = await world.send('/trpc/rooms.create', { method: 'POST', headers: { ...link, ...json }, body: '{}' })
    expect(form.status).toBe(403)
  })

  test('that is on the list may, and so may our own, programs, and whoever shows credentials in a header', async () => {
    await using world = await createWorldOf(byCookie, { ...ENVIRONMENT, CORS_ORIGINS: 'https://app.example.com' })
    const create = (headers: Record<string, string>) => world.mutate('rooms.create', {}, headers)
    const app = { origin: 'https://app.example.com', 'sec-fetch-site': 'cross-site' }
    expect((await create({ ...ann, ...app })).status).toBe(200)
    expect((await create({ ...ann, ...own, 'sec-fetch-site': 'same-origin' })).status).toBe(200)
    expect((await create({ ...ann, ...own })).status).toBe(200)
    expect((await create(ann)).status).toBe(200)
    expect((await create({ ...evil, ...(await asUser('carl')) })).status).toBe(200)
  })

  test('cannot send a form, or plain text, for JSON', async () => {
    await using world = await createWorldOf(byCookie)
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      for (const path of ['/trpc/rooms.create', '/v1/rooms']) {
        const headers = { ...ann, 'content-type': type }
        const answer = await world.send(path, { method: 'POST', headers, body: '{"roomName":"Monday"}' })
        expect([path, type, answer.status]).toEqual([path, type, 415])
      }
    }
  })

  test('is told that it may send cookies only where CORS_CREDENTIALS says so, and by its name', async () => {
    const env = { CORS_ORIGINS: 'https://app.example.com' }
    const ask = async (more: Record<string, string>, origin: string) => {
      await using world = await createWorldOf(byCookie, { ...env, ...more })
      const { headers } = await world.send('/trpc/rooms.create', {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'POST' },
      })
      return [headers.get('access-control-allow-origin'), headers.get('access-control-allow-credentials')]
    }
    const withCookies = { CORS_CREDENTIALS: 'true' }
    expect(await ask(withCookies, 'https://app.example.com')).toEqual(['https://app.example.com', 'true'])
    expect(await ask({}, 'https://app.example.com')).toEqual(['https://app.example.com', null])
    expect((await ask(withCookies, 'https://evil.example'))[0]).toBeNull()
  })
})
