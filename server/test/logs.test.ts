import { checkServerIdentity, type PeerCertificate } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { VideoError } from '../src/core/video-error.ts'
import { createLog, logFailure } from '../src/http/log.ts'
import { createFaultyTwilio, html, json, twilioError } from './faulty-twilio.ts'
import { SAMPLE_CREDENTIALS, createWorld } from './setup.ts'
import type { World } from './setup.ts'

type Line = {
  level: number
  msg: string
  reqId?: string
  code?: string
  twilioCode?: number
  err?: { message: string }
}

describe('logs', () => {
  test('tell of a certificate that is not good in words, not in its bytes', () => {
    const lines: string[] = []
    const log = createLog({ logLevel: 'warn' }, { write: (line) => lines.push(line) })
    const cert = { subject: { CN: 'twilio.com' }, subjectaltname: 'DNS:twilio.com', raw: Buffer.alloc(800) }
    // As Node refuses one.
    const cause = checkServerIdentity('elsewhere.example', cert as unknown as PeerCertificate)
    logFailure(log, new VideoError('TWILIO_UNAVAILABLE', 'No connection to Twilio', { cause }), '/rooms')
    const { err } = JSON.parse(lines.join(''))
    expect(err).toMatchObject({
      code: 'ERR_TLS_CERT_ALTNAME_INVALID',
      message: expect.stringContaining('DNS:twilio.com'),
    })
    expect(err).not.toHaveProperty('cert')
  })

  test('hold no secret and no token, whatever happens', async () => {
    const authorization = Buffer.from(`${SAMPLE_CREDENTIALS.TWILIO_API_KEY}:planted-api-secret`).toString('base64')
    const planted = [
      'planted-api-secret',
      'planted-auth-token',
      'planted-bearer',
      'planted-cookie',
      'planted-query',
      'planted-body',
      authorization,
    ]
    await using faulty = await createFaultyTwilio(html(500))
    await using world = await createWorld({
      way: 'socket',
      env: {
        ...SAMPLE_CREDENTIALS,
        TWILIO_API_SECRET: 'planted-api-secret',
        TWILIO_AUTH_TOKEN: 'planted-auth-token',
        TWILIO_VIDEO_URL: faulty.url,
        TWILIO_TIMEOUT_MS: '2000',
        OPEN_ACCESS: 'true',
        LOG_LEVEL: 'trace',
      },
    })
    const headers = {
      authorization: 'Bearer planted-bearer',
      cookie: 'session=planted-cookie',
      'x-api-key': 'planted-bearer',
    }
    const tokens: string[] = []
    const { data } = await world.mutate('auth.getToken', { userId: 'a', roomSid: 'r' })
    tokens.push(data.token)
    await world.query('rooms.get', { sid: 'x' }, headers)
    await world.send('/trpc/rooms.get?planted-query=1&input=%7B', { headers })
    await world.send('/nowhere?token=planted-query', { headers })
    await world.send('/%zz?token=planted-query', { headers })
    await world.mutate('auth.getToken', { userId: 'a', roomSid: 'r', secret: 'planted-body' }, headers)
    await world.send('/trpc/auth.getToken', {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: '{"userId":"planted-body',
    })
    for (const answer of [twilioError(401, 20003), twilioError(500, 20500), html(200), json(200, {})]) {
      faulty.answer = answer
      await world.query('rooms.list')
      await world.mutate('rooms.create', {})
    }
    faulty.answer = (_request, response) => response.destroy()
    await world.mutate('rooms.create', {})
    await faulty[Symbol.asyncDispose]()
    await world.mutate('rooms.create', {})
    expect(world.logs.length).toBeGreaterThan(10)
    const output = world.logs.join('\n')
    for (const secret of [...planted, ...tokens]) expect(output).not.toContain(secret)
  })

  test.each([
    ['an error of Twilio', twilioError(500, 20500, 'the text of Twilio'), 'TWILIO_FAILED', 20500, 'the text of Twilio'],
    ['refused credentials', twilioError(401, 20003, 'Authenticate'), 'TWILIO_UNAUTHORIZED', 20003, 'Authenticate'],
    ['a page', html(502), 'TWILIO_FAILED', undefined, 'HTTP 502'],
  ])('tell the cause of %s, with the request id that the caller got', async (_name, answer, code, twilioCode, text) => {
    await using faulty = await createFaultyTwilio(answer)
    await using world = await createTwilioWorld(faulty.url)
    const { error } = await world.mutate('rooms.create', {})
    expect(error?.data.roomkey).toMatchObject({ code })
    const line = linesOf(world).find(({ reqId }) => reqId === error?.data.roomkey.requestId)
    expect(line).toMatchObject({ level: 40, code, ...(twilioCode && { twilioCode }) })
    expect(line?.err?.message).toContain(text)
    expect(error?.message).not.toContain(text)
  })

  test('tell the cause of a connection that failed', async () => {
    const faulty = await createFaultyTwilio(() => {})
    await faulty[Symbol.asyncDispose]()
    await using world = await createTwilioWorld(faulty.url)
    const { error } = await world.mutate('rooms.create', {})
    const line = linesOf(world).find(({ reqId }) => reqId === error?.data.roomkey.requestId)
    expect(line?.err?.message).toContain('ECONNREFUSED')
    expect(error?.message).not.toContain('ECONNREFUSED')
  })

  test('do not fill up with what callers do wrong', async () => {
    await using world = await createWorld({ env: { LOG_LEVEL: 'info' } })
    const before = world.logs.length
    await world.query('rooms.get', {})
    await world.query('nope')
    await world.send('/nowhere')
    await world.mutate('auth.getToken', {})
    expect(world.logs.slice(before)).toEqual([])
  })

  test('keep each line one line, whatever a name holds', async () => {
    await using world = await createWorld({ way: 'socket' })
    for (const sid of ['a\nb', '\u001b[31m', '"}\n{"level":60']) await world.query('rooms.get', { sid })
    await world.send('/trpc/a%0a%7B%22level%22%3A60%7D')
    for (const line of world.logs) {
      expect(line.trimEnd()).not.toContain('\n')
      expect(() => JSON.parse(line) as unknown).not.toThrow()
    }
  })
})

function createTwilioWorld(url: string): Promise<World> {
  return createWorld({
    env: { ...SAMPLE_CREDENTIALS, TWILIO_VIDEO_URL: url, TWILIO_TIMEOUT_MS: '2000', OPEN_ACCESS: 'true' },
  })
}

function linesOf({ logs }: World): Line[] {
  return logs.map((line) => JSON.parse(line) as Line)
}
