import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { parseConfig } from '../src/config/config.ts'
import { createTwilioVideo } from '../src/twilio/video.ts'
import { startServer } from './access/process.ts'
import { WIRE_ROOM, createFaultyTwilio, json } from './faulty-twilio.ts'
import { createForwardProxy } from './proxy.ts'

const credentials = {
  accountSid: `AC${'a'.repeat(32)}`,
  apiKeySid: `SK${'b'.repeat(32)}`,
  apiKeySecret: 'planted-secret',
}

test('Twilio is reached through the proxy', async () => {
  await using faulty = await createFaultyTwilio(json(200, WIRE_ROOM))
  await using forward = await createForwardProxy(faulty.url)
  const { proxy } = parseConfig({ HTTP_PROXY: forward.url })
  const twilio = createTwilioVideo({ credentials: { ...credentials, videoUrl: 'http://video.twilio.test' }, proxy })
  expect(await twilio.getRoom('Monday')).toMatchObject({ sid: WIRE_ROOM.sid })
  expect(forward.asked).toEqual(['GET http://video.twilio.test/v1/Rooms/Monday'])
  expect(faulty.requests[0]?.headers.authorization).toMatch(/^Basic /)
  twilio.close()
})

test('over https it is a tunnel, and one that is refused is a Twilio that cannot be reached', async () => {
  await using forward = await createForwardProxy('http://127.0.0.1:1')
  const { proxy } = parseConfig({ HTTPS_PROXY: forward.url })
  const twilio = createTwilioVideo({ credentials, proxy, timeoutMs: 3_000 })
  await expect(twilio.createRoom({ roomName: 'Monday' })).rejects.toMatchObject({ code: 'TWILIO_UNAVAILABLE' })
  expect(forward.asked).toContain('CONNECT video.twilio.com:443')
  twilio.close()
})

test.each([
  ['this machine', {}, 'http://127.0.0.1'],
  ['what NO_PROXY names', { NO_PROXY: 'localhost.test,localhost' }, 'http://localhost'],
])('%s is reached without it', async (_what, env, host) => {
  await using faulty = await createFaultyTwilio(json(200, WIRE_ROOM))
  await using forward = await createForwardProxy(faulty.url)
  const { proxy } = parseConfig({ HTTP_PROXY: forward.url, ...env })
  const videoUrl = `${host}:${new URL(faulty.url).port}`
  const twilio = createTwilioVideo({ credentials: { ...credentials, videoUrl }, proxy })
  await twilio.getRoom('Monday')
  expect(forward.asked).toEqual([])
  twilio.close()
})

test('the keys of the sign-in are fetched through the proxy, and calls on this machine are not', async () => {
  await using forward = await createForwardProxy('http://127.0.0.1:1')
  await using server = await startServer({
    https_proxy: forward.url,
    http_proxy: forward.url,
    AUTH_JWKS_URL: 'https://sign-in.example.com/.well-known/jwks.json',
    AUTH_ISSUER: 'https://sign-in.example.com/',
    AUTH_AUDIENCE: 'roomkey',
    DATA_DIR: ':memory:',
  })
  const call = await fetch(`${server.url}/trpc/auth.whoami`, { headers: { authorization: `Bearer ${signNonsense()}` } })
  expect(call.status).toBe(503)
  expect(forward.asked).toEqual(['CONNECT sign-in.example.com:443'])
})

test('an address of a proxy that is none is told without the address, which may hold a password', () => {
  expect(() => parseConfig({ HTTPS_PROXY: 'socks5://user:planted@proxy' })).toThrow(
    expect.objectContaining({ problems: ['HTTPS_PROXY: must be an http or https URL'] }),
  )
})

test('the lower-case names count first', () => {
  const environment = { HTTPS_PROXY: 'http://one:1', https_proxy: 'http://other:2', no_proxy: 'internal.example.com' }
  expect(parseConfig(environment).proxy).toEqual({
    HTTPS_PROXY: 'http://other:2',
    NO_PROXY: 'internal.example.com,localhost,127.0.0.1,::1',
  })
  expect(parseConfig({ NO_PROXY: 'internal.example.com' }).proxy).toBeUndefined()
})

test('an address without a scheme is http', () => {
  expect(parseConfig({ HTTPS_PROXY: 'proxy.example.com:3128' }).proxy?.HTTPS_PROXY).toBe(
    'http://proxy.example.com:3128',
  )
})

/** A token that can be told apart from good ones only by the keys. */
function signNonsense(): string {
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 60
  const claims = { sub: 'ann', iss: 'https://sign-in.example.com/', aud: 'roomkey', exp }
  const text = `${encode({ alg: 'RS256', kid: 'one' })}.${encode(claims)}`
  return `${text}.${createHmac('sha256', 'nonsense').update(text).digest('base64url')}`
}
