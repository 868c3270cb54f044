import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { createEmulator } from '@roomkey/emulator'
import { Webhook } from 'standardwebhooks'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { buildApp, parseConfig } from '../src/index.ts'
import { startPostgres } from './access/postgres.ts'
import { diagnose, findFreePort, respondWith, ROOMS, serveWith, TWILIO } from './diagnose.ts'
import { createFaultyTwilio, html, json, twilioError } from './faulty-twilio.ts'
import { toEnvironment } from './setup.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomkey-doctor-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('credentials', () => {
  test('that Twilio takes are good, and its clock agrees', async () => {
    await using emulator = await createEmulator()
    const env = { ...toEnvironment(emulator), OPEN_ACCESS: 'true', TWILIO_AUTH_TOKEN: emulator.credentials.authToken }
    expect(await diagnose(env)).toMatchObject({
      credentials: 'ok: Twilio takes the API key',
      'auth-token': 'ok: TWILIO_AUTH_TOKEN is that of the account',
      clock: "ok: this machine's clock agrees with Twilio's",
    })
    const others = await diagnose({ ...env, TWILIO_AUTH_TOKEN: 'planted-token-of-another-account' })
    expect(others['auth-token']).toMatch(/^failed: TWILIO_AUTH_TOKEN is not that of TWILIO_ACCOUNT_SID/)
  })

  test.each([
    ['a wrong secret, or a key of another region', twilioError(401, 20003), /^failed: Twilio refuses.*US1/],
    ['a suspended account', twilioError(403, 20403), /^failed: Twilio has suspended/],
    ['a key that may read no rooms', twilioError(403, 70051), /^failed: .*error 70051.*standard key/],
    ['what is not Twilio', html(200), /^failed: what answers .* is not Twilio/],
    ['a Twilio that fails', html(503), /^warning: Twilio fails/],
  ])('say what to do about %s', async (_name, answer, expected) => {
    await using twilio = await createFaultyTwilio(answer)
    const { credentials } = await diagnose({ ...TWILIO, TWILIO_VIDEO_URL: twilio.url })
    expect(credentials).toMatch(expected)
  })

  test('cannot be tried where Twilio is not reached', async () => {
    const TWILIO_VIDEO_URL = `http://127.0.0.1:${await findFreePort()}`
    const found = await diagnose({ ...TWILIO, TWILIO_VIDEO_URL })
    expect(found['credentials']).toMatch(/^failed: no connection to 127\.0\.0\.1.*HTTPS_PROXY/)
    expect(found['clock']).toMatch(/^warning: Twilio could not be asked/)
  })

  test('are none on the emulator inside', async () => {
    expect((await diagnose({}))['credentials']).toMatch(/^warning: no Twilio credentials are set/)
  })

  test('are waited for in bounded time', async () => {
    await using twilio = await createFaultyTwilio(() => undefined)
    const found = await diagnose({ ...TWILIO, TWILIO_VIDEO_URL: twilio.url }, 300)
    expect(found['credentials']).toBe('failed: it was not known within 0.3 s')
  })
})

test.each([
  [120_000, /^failed: this machine's clock is 1\d\d s behind Twilio's.*NTP/],
  [-12_000, /^warning: this machine's clock is 1\d s ahead/],
])('a clock that is %i ms off is found', async (ms, expected) => {
  await using twilio = await createFaultyTwilio((request, response) =>
    json(200, ROOMS, { date: new Date(Date.now() + ms).toUTCString() })(request, response),
  )
  expect((await diagnose({ ...TWILIO, TWILIO_VIDEO_URL: twilio.url }))['clock']).toMatch(expected)
})

describe('the public address', () => {
  test('of a running server is reached, and its callbacks go round', async () => {
    await using twilio = await createFaultyTwilio(json(200, ROOMS))
    const port = String(await findFreePort())
    const env = { ...TWILIO, TWILIO_VIDEO_URL: twilio.url, PORT: port, PUBLIC_URL: `http://127.0.0.1:${port}/video` }
    const app = buildApp(parseConfig({ ...env, LOG_LEVEL: 'silent' }), { pageDirectory: null })
    try {
      await app.listen({ host: '127.0.0.1', port: Number(port) })
      expect(await diagnose(env)).toMatchObject({
        port: `ok: a server runs on port ${port} of 127.0.0.1`,
        'public-url': 'ok: PUBLIC_URL is reached from here',
        'status-callback': 'ok: a signed report was taken, and a forged one refused',
      })
      const others = await diagnose({ ...env, TWILIO_AUTH_TOKEN: 'planted-token-of-another-account' })
      expect(others['status-callback']).toMatch(/^failed: the running server refuses a report.*TWILIO_AUTH_TOKEN/)
    } finally {
      await app.close()
    }
  })

  test('of a server that does not know its own address takes no callbacks', async () => {
    await using twilio = await createFaultyTwilio(json(200, ROOMS))
    const app = buildApp(parseConfig({ ...TWILIO, LOG_LEVEL: 'silent' }), { pageDirectory: null })
    try {
      const PUBLIC_URL = await app.listen({ host: '127.0.0.1', port: 0 })
      const found = await diagnose({ ...TWILIO, TWILIO_VIDEO_URL: twilio.url, PUBLIC_URL })
      expect(found['status-callback']).toMatch(/^failed: the running server takes no reports/)
    } finally {
      await app.close()
    }
  })

  test('where none runs yet is a warning', async () => {
    await using twilio = await createFaultyTwilio(json(200, ROOMS))
    const env = { ...TWILIO, TWILIO_VIDEO_URL: twilio.url }
    const direct = await diagnose({ ...env, PUBLIC_URL: `http://127.0.0.1:${await findFreePort()}` }, 5000)
    expect(direct['public-url']).toMatch(/^warning: no server answers at PUBLIC_URL: start it/)
    expect(direct['status-callback']).toMatch(/^warning: no server runs at PUBLIC_URL/)
    await using proxy = await respondWith((_request, response) => response.writeHead(502).end())
    const behind = await diagnose({ ...env, PUBLIC_URL: `http://127.0.0.1:${proxy.port}` }, 5000)
    expect(behind['public-url']).toMatch(/^warning: no server answers.*502/)
    expect(behind['status-callback']).toMatch(/^warning: no server runs/)
  })

  test.each([
    ['something else', 200, /^failed: what answers at PUBLIC_URL is not this server/],
    ['a proxy without the path', 404, /^failed: what answers at PUBLIC_URL is not this server \(status 404/],
    ['a redirect', 301, /^failed: PUBLIC_URL leads elsewhere/],
  ])('that leads to %s fails', async (_name, status, expected) => {
    await using other = await respondWith((_request, response) => response.writeHead(status).end('<html>'))
    const found = await diagnose({ PUBLIC_URL: `http://127.0.0.1:${other.port}` })
    expect(found['public-url']).toMatch(expected)
  })

  test('with a name that DNS does not know fails', async () => {
    const found = await diagnose({ PUBLIC_URL: 'http://nowhere.invalid' })
    expect(found['public-url']).toMatch(/^failed: .*DNS/)
  })

  test('with a certificate that nobody trusts fails; with one that is trusted, it is said until when', async () => {
    const read = (name: string) => readFile(new URL(`../../emulator/test/command/${name}`, import.meta.url))
    const [cert, key] = await Promise.all([read('tls-cert.pem'), read('tls-key.pem')])
    await using server = await serveWith(createTlsServer({ cert, key }, (_request, response) => response.end()))
    const found = await diagnose({ PUBLIC_URL: `https://127.0.0.1:${server.port}` })
    expect(found['public-url']).toMatch(/^failed: PUBLIC_URL does not speak TLS/)
    expect(found['certificate']).toMatch(/^failed: the certificate of PUBLIC_URL is not trusted \((?:DEPTH|CERT)/)

    const usual = getCACertificates()
    try {
      setDefaultCACertificates([cert.toString()])
      const trusted = await diagnose({ PUBLIC_URL: `https://127.0.0.1:${server.port}` })
      expect(trusted['certificate']).toBe('ok: the certificate of PUBLIC_URL is good until 2126-10-31')
    } finally {
      setDefaultCACertificates(usual)
    }
  })

  test('is wanted on Twilio, and the auth token with it', async () => {
    const found = await diagnose({ ...TWILIO, TWILIO_AUTH_TOKEN: undefined, TWILIO_VIDEO_URL: 'http://127.0.0.1:1' })
    expect(found['public-url']).toMatch(/^warning: PUBLIC_URL is not set/)
    expect(found['status-callback']).toMatch(
      /^warning: Twilio reports nothing without PUBLIC_URL and TWILIO_AUTH_TOKEN/,
    )
  })
})

describe('the database', () => {
  test('in a directory is made, found up to date, or found broken', async () => {
    await using twilio = await createFaultyTwilio(json(200, ROOMS))
    const env = { ...TWILIO, TWILIO_VIDEO_URL: twilio.url }
    const examineDirectory = async (path: string) => (await diagnose({ ...env, DATA_DIR: path }, 5000))['database']
    const fresh = join(directory, 'new', 'data')
    expect(await examineDirectory(fresh)).toBe('ok: DATA_DIR: the first start makes the database')
    const app = buildApp(parseConfig({ ...env, DATA_DIR: fresh, LOG_LEVEL: 'silent' }))
    await app.roomkey.services.store.open()
    expect(await examineDirectory(fresh)).toBe('ok: DATA_DIR: the database answers, and is up to date')
    await app.close()
    expect(await examineDirectory(fresh)).toMatch(/up to date/)

    const broken = join(directory, 'broken')
    await mkdir(broken)
    await writeFile(join(broken, 'roomkey.db'), 'planted '.repeat(1000))
    expect(await examineDirectory(broken)).toMatch(/^failed: DATA_DIR: roomkey.db cannot be read/)
    expect(await examineDirectory(join(broken, 'roomkey.db'))).toMatch(/^failed: DATA_DIR.*ENOTDIR/)
  })

  test('of PostgreSQL is reached, and changed by nothing but a start', async () => {
    await using postgres = await startPostgres()
    await using twilio = await createFaultyTwilio(json(200, ROOMS))
    const env = { ...TWILIO, TWILIO_VIDEO_URL: twilio.url }
    const url = await postgres.createDatabase()
    const examineUrl = async (DATABASE_URL: string) => (await diagnose({ ...env, DATABASE_URL }, 9000))['database']
    for (let i = 0; i < 2; i++)
      expect(await examineUrl(url)).toMatch(/^ok: .*the next start brings it up to date \(0001-/)
    const app = buildApp(parseConfig({ ...env, DATABASE_URL: url, LOG_LEVEL: 'silent' }))
    await app.roomkey.services.store.open()
    await app.close()
    expect(await examineUrl(url)).toBe('ok: DATABASE_URL: the database answers, and is up to date')
    expect(await examineUrl(url.replace(/:[^:@/]+@/, ':planted@'))).toMatch(/^failed: .*user or password/)
    expect(await examineUrl(`${url}_planted`)).toMatch(/^failed: .*no such database/)
    expect(await examineUrl(`postgres://u:planted@127.0.0.1:${await findFreePort()}/db`)).toMatch(
      /^failed: .*ECONNREFUSED/,
    )
  }, 120_000)
})

test('a port that another program has is found', async () => {
  await using other = await respondWith((_request, response) => response.writeHead(403).end())
  expect((await diagnose({ PORT: String(other.port) }))['port']).toMatch(/^failed: another program listens.*set PORT/)
  expect((await diagnose({ HOST: '192.0.2.1', OPEN_ACCESS: 'true' }))['port']).toMatch(/^failed: .*EADDRNOTAVAIL/)
})

describe('the backend that events are forwarded to', () => {
  const secret = `whsec_${Buffer.alloc(32, 'doctor').toString('base64')}`
  const examineBackend = async (listener: RequestListener) => {
    await using backend = await respondWith(listener)
    const found = await diagnose({
      EVENTS_WEBHOOK_URL: `http://127.0.0.1:${backend.port}`,
      EVENTS_WEBHOOK_SECRET: secret,
      EVENTS_WEBHOOK_PRIVATE_HOSTS: '127.0.0.1',
    })
    return found['events-webhook']
  }
  async function verify(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request)
    try {
      new Webhook(secret).verify(body, request.headers as Record<string, string>)
      response.writeHead(204).end()
    } catch {
      response.writeHead(400).end()
    }
  }

  test('takes what is signed and refuses what is not, or it is said what to do', async () => {
    expect(await examineBackend((request, response) => void verify(request, response))).toBe(
      'ok: EVENTS_WEBHOOK_URL took a signed message, and refused a forged one',
    )
    expect(await examineBackend((_request, response) => response.writeHead(204).end())).toMatch(
      /^warning: .*wrong signature too: verify/,
    )
    expect(await examineBackend((_request, response) => response.writeHead(500).end())).toMatch(
      /^failed: .*it answered with 500/,
    )
  })
})
