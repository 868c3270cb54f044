import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from './config.ts'

const secretOf = (text: string, bytes = 32) => `whsec_${Buffer.alloc(bytes, text).toString('base64')}`
const URL = 'https://app.example.com/events?tenant=1'

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    parseConfig(env)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}

describe('where events are forwarded to', () => {
  test('is nowhere by default', () => {
    expect(parseConfig({}).events.webhook).toBeUndefined()
  })

  test('is an address with a secret, or two while one takes the place of the other', () => {
    const env = { EVENTS_WEBHOOK_URL: URL, EVENTS_WEBHOOK_SECRET: `${secretOf('new', 24)}, ${secretOf('old', 64)}` }
    expect(parseConfig(env).events.webhook).toEqual({
      url: URL,
      secrets: [secretOf('new', 24), secretOf('old', 64)],
      privateHosts: [],
      retryHours: 6,
    })
  })

  test.each([
    ['an address without a secret', { EVENTS_WEBHOOK_URL: URL }, 'EVENTS_WEBHOOK_SECRET is missing'],
    ['a secret without an address', { EVENTS_WEBHOOK_SECRET: secretOf('x') }, 'EVENTS_WEBHOOK_URL is not'],
    ['a short secret', { EVENTS_WEBHOOK_URL: URL, EVENTS_WEBHOOK_SECRET: secretOf('x', 16) }, 'EVENTS_WEBHOOK_SECRET'],
    ['any other secret', { EVENTS_WEBHOOK_URL: URL, EVENTS_WEBHOOK_SECRET: 'planted' }, 'EVENTS_WEBHOOK_SECRET'],
    [
      'a host without TLS',
      { EVENTS_WEBHOOK_URL: 'http://app.example.com/', EVENTS_WEBHOOK_SECRET: secretOf('x') },
      'over https',
    ],
    [
      'credentials in the address',
      { EVENTS_WEBHOOK_URL: 'https://a:planted@app.example.com/', EVENTS_WEBHOOK_SECRET: secretOf('x') },
      'credentials',
    ],
    ['what is no address', { EVENTS_WEBHOOK_URL: 'planted', EVENTS_WEBHOOK_SECRET: secretOf('x') }, 'http or https'],
  ])('is not %s', (_what, env, problem) => {
    const [found, ...more] = problemsOf(env)
    expect(more).toEqual([])
    expect(found).toContain(problem)
    expect(found).not.toContain('planted')
  })

  test('may be without TLS where the host is named', () => {
    expect(
      problemsOf({
        EVENTS_WEBHOOK_URL: 'http://backend.internal:3000/',
        EVENTS_WEBHOOK_SECRET: secretOf('x'),
        EVENTS_WEBHOOK_PRIVATE_HOSTS: 'localhost, backend.internal',
      }),
    ).toEqual([])
  })
})

describe('what may be asked of Twilio in a second', () => {
  const twilio = {
    TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
    TWILIO_API_KEY: `SK${'b'.repeat(32)}`,
    TWILIO_API_SECRET: 'secret',
    OPEN_ACCESS: 'true',
  }
  test.each([
    ['is Twilio’s quota', {}, { readsPerSecond: 80, writesPerSecond: 20 }],
    ['is what is set', { TWILIO_READS_PER_SECOND: '40' }, { readsPerSecond: 40, writesPerSecond: 20 }],
    ['is anything, elsewhere', { TWILIO_VIDEO_URL: 'http://127.0.0.1:8080' }, undefined],
  ])('%s', (_what, env, quota) => {
    expect(parseConfig({ ...twilio, ...env }).video).toMatchObject({ quota })
  })
})
