import { once } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliCompressSync } from 'node:zlib'
import { getExpectedTwilioSignature } from 'twilio/lib/webhooks/webhooks.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { buildApp, parseConfig } from '../src/index.ts'
import { createPathProxy } from './path-proxy.ts'
import { SAMPLE_CREDENTIALS, createWorld } from './setup.ts'

const INDEX = '<!doctype html><head><base href="/" /><title>Roomkey</title></head>'

let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'roomkey-path-'))
  await mkdir(join(directory, 'assets'))
  await writeFile(join(directory, 'index.html'), INDEX)
  await writeFile(join(directory, 'index.html.br'), brotliCompressSync(INDEX))
  await writeFile(join(directory, 'assets', 'index-1a2b3c.js'), 'import("./x.js")')
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

/** A server behind a proxy that gives it the path `/video`. */
async function openSite(cuts: boolean, env: Record<string, string> = {}) {
  await using cleanup = new AsyncDisposableStack()
  const proxy = cleanup.use(await createPathProxy('/video', { cuts }))
  const config = parseConfig({ LOG_LEVEL: 'silent', PUBLIC_URL: proxy.url, ...env })
  const app = buildApp(config, { pageDirectory: directory })
  cleanup.defer(() => app.close())
  proxy.leadTo(await app.listen({ port: 0, host: '127.0.0.1' }))
  const kept = cleanup.move()
  return { url: proxy.url, [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

describe.each([{ cuts: true }, { cuts: false }])('behind a proxy with a path (cut off: $cuts)', ({ cuts }) => {
  test('the page knows the path it is below, whatever the browser can decompress', async () => {
    await using site = await openSite(cuts)
    for (const path of ['', '/', '?x=1', '/index.html', '/room/Monday', '/room/a%2Fb?x=1']) {
      const answer = await fetch(site.url + path, { headers: { 'accept-encoding': 'br, gzip' } })
      expect([answer.status, await answer.text()], path).toEqual([200, INDEX.replace('"/"', '"/video/"')])
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('cache-control')).toBe('no-cache')
      expect(answer.headers.get('content-security-policy')).toContain("base-uri 'self'")
    }
    expect((await fetch(`${site.url}/assets/index-1a2b3c.js`)).status).toBe(200)
    for (const path of ['/assets/other.js', '/rooms', '/healthz/x']) {
      expect((await fetch(site.url + path)).status, path).toBe(404)
    }
  })

  test('calls, health and signalling are below it', async () => {
    await using site = await openSite(cuts)
    expect(await (await fetch(`${site.url}/readyz`)).json()).toEqual({ status: 'ok' })
    const mutate = async (path: string, input: unknown) => {
      const headers = { 'content-type': 'application/json' }
      const answer = await fetch(`${site.url}/trpc/${path}`, { method: 'POST', headers, body: JSON.stringify(input) })
      return ((await answer.json()) as { result: { data: Record<string, never> } }).result.data
    }
    const { sid } = await mutate('rooms.create', { roomName: 'Monday' })
    expect(await (await fetch(`${site.url}/trpc/rooms.list`)).text()).toContain(sid)
    const token = await mutate('auth.getToken', { userId: 'ann', roomSid: sid })
    const { connectOptions } = token as { connectOptions?: { wsServer: string } }
    const wsServer = connectOptions?.wsServer ?? ''
    expect(wsServer).toBe(`${site.url.replace('http', 'ws')}/emulator/signaling`)
    const socket = new WebSocket(wsServer, { headers: { origin: new URL(site.url).origin } })
    await once(socket, 'open')
    socket.terminate()
  })

  test('status callbacks that are signed for it are taken, others refused', async () => {
    const authToken = 'a'.repeat(32)
    await using site = await openSite(cuts, {
      ...SAMPLE_CREDENTIALS,
      TWILIO_AUTH_TOKEN: authToken,
      OPEN_ACCESS: 'true',
      DATA_DIR: ':memory:',
    })
    const url = `${site.url}/twilio/status-callback`
    const fields = {
      StatusCallbackEvent: 'room-created',
      RoomSid: `RM${'1'.repeat(32)}`,
      SequenceNumber: '0',
      Timestamp: new Date().toISOString(),
    }
    const report = async (signedUrl: string) =>
      fetch(url, {
        method: 'POST',
        headers: { 'x-twilio-signature': getExpectedTwilioSignature(authToken, signedUrl, fields) },
        body: new URLSearchParams(fields),
      })
    expect((await report(url)).status).toBe(204)
    expect((await report(url.replace('/video', ''))).status).toBe(403)
  })
})

test('a path that only begins like the public one is another', async () => {
  await using world = await createWorld({
    env: { PUBLIC_URL: 'http://localhost/video' },
    overrides: { pageDirectory: directory },
  })
  const statusOf = async (url: string) => (await world.send(url)).status
  expect(await statusOf('/video/healthz')).toBe(200)
  expect(await statusOf('/healthz')).toBe(200)
  expect(await statusOf('/videos/healthz')).toBe(404)
  expect(await statusOf('/video/video/healthz')).toBe(404)
})

test.each(['/trpc', '/room', '/room/x', '/assets/'])('PUBLIC_URL may not be below %s, a path of its own', (path) => {
  expect(() => parseConfig({ PUBLIC_URL: `https://example.com${path}` })).toThrow(/PUBLIC_URL: its path must not/)
})

test('the page knows where people sign in, and may talk to no other', async () => {
  const app = buildApp(
    parseConfig({
      LOG_LEVEL: 'silent',
      AUTH_ISSUER: 'https://id.example.com/realms/"a"&b',
      AUTH_AUDIENCE: 'video',
      AUTH_CLIENT_ID: 'page',
    }),
    { pageDirectory: directory },
  )
  const { body: text, headers } = await app.inject({ url: '/room/x', headers: { host: 'localhost' } })
  await app.close()
  const [, content = ''] = /<meta name="roomkey-sign-in" content="([^"]*)" \/><\/head>/.exec(text) ?? []
  expect(JSON.parse(content.replaceAll('&quot;', '"').replaceAll('&amp;', '&'))).toEqual({
    issuer: 'https://id.example.com/realms/"a"&b',
    clientId: 'page',
    audience: 'video',
  })
  expect(headers['content-security-policy']).toMatch(/connect-src 'self'[^;]* https:\/\/id\.example\.com;/)
})
