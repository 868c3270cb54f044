import { describe, expect, test } from 'vitest'
import { ConfigError, parseConfig } from './config.ts'

const twilio = {
  TWILIO_ACCOUNT_SID: `AC${'a'.repeat(32)}`,
  TWILIO_API_KEY: `SK${'b'.repeat(32)}`,
  TWILIO_API_SECRET: 'planted-secret',
  OPEN_ACCESS: 'true',
}

describe('parseConfig', () => {
  test('an empty environment is the emulator on this machine, port 5000', () => {
    expect(parseConfig({})).toMatchObject({
      port: 5000,
      host: '127.0.0.1',
      video: { kind: 'emulator' },
      corsOrigins: ['http://localhost:3000', 'http://localhost:5173', 'http://127.0.0.1:3000', 'http://127.0.0.1:5173'],
      publicUrl: undefined,
      logLevel: 'info',
      twilioTimeoutMs: 30_000,
    })
  })

  test('all three credentials are Twilio', () => {
    const { video, host } = parseConfig({
      ...twilio,
      TWILIO_AUTH_TOKEN: 't',
      TWILIO_VIDEO_URL: 'http://127.0.0.1:8080/',
    })
    expect(video).toEqual({
      kind: 'twilio',
      credentials: {
        accountSid: twilio.TWILIO_ACCOUNT_SID,
        apiKeySid: twilio.TWILIO_API_KEY,
        apiKeySecret: 'planted-secret',
        videoUrl: 'http://127.0.0.1:8080',
      },
      authToken: 't',
    })
    expect(host).toBe('127.0.0.1')
  })

  test('an empty variable is one that is not set', () => {
    const empty = { TWILIO_ACCOUNT_SID: '', TWILIO_API_KEY: ' ', TWILIO_API_SECRET: '', PORT: '', CORS_ORIGINS: '' }
    expect(parseConfig(empty)).toEqual(parseConfig({}))
  })

  test.each([
    [['TWILIO_ACCOUNT_SID'], ['TWILIO_API_KEY', 'TWILIO_API_SECRET']],
    [['TWILIO_API_KEY'], ['TWILIO_ACCOUNT_SID', 'TWILIO_API_SECRET']],
    [['TWILIO_API_SECRET'], ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY']],
    [['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY'], ['TWILIO_API_SECRET']],
    [['TWILIO_ACCOUNT_SID', 'TWILIO_API_SECRET'], ['TWILIO_API_KEY']],
    [['TWILIO_API_KEY', 'TWILIO_API_SECRET'], ['TWILIO_ACCOUNT_SID']],
  ] as const)('with only %s it names %s as missing', (given, missing) => {
    const problems = problemsOf({
      OPEN_ACCESS: 'true',
      ...Object.fromEntries(given.map((name) => [name, twilio[name]])),
    })
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(missing)
  })

  test('tells every problem at once, and never a value', () => {
    const error = errorOf({
      PORT: '70000',
      TWILIO_ACCOUNT_SID: 'planted-account',
      TWILIO_API_KEY: 'planted-key',
      CORS_ORIGINS: 'http://localhost:3000,https://planted.example/path',
      PUBLIC_URL: 'ftp://planted.example',
      LOG_LEVEL: 'planted-level',
      OPEN_ACCESS: 'true',
    })
    for (const name of [
      'PORT',
      'TWILIO_ACCOUNT_SID',
      'TWILIO_API_KEY',
      'TWILIO_API_SECRET is missing',
      'CORS_ORIGINS',
      'PUBLIC_URL',
      'LOG_LEVEL',
    ]) {
      expect(error.message).toContain(name)
    }
    expect(error.message).toContain('7 problems')
    expect(error.message).not.toContain('planted')
  })

  test.each(['0', '65535', '8080'])('takes port %s', (PORT) => {
    expect(parseConfig({ PORT }).port).toBe(Number(PORT))
  })

  test.each(['-1', '65536', '80.5', 'http', '1e9', 'Infinity'])('refuses port %s', (PORT) => {
    expect(problemsOf({ PORT })).toEqual(['PORT: must be a whole number from 0 to 65535'])
  })

  test.each([
    'https://app.example.com/',
    '*',
    'app.example.com',
    'null',
    'https://app.example.com?x',
    'HTTPS://APP.example.com',
  ])('refuses the origin %s, which no browser sends', (CORS_ORIGINS) => {
    expect(problemsOf({ CORS_ORIGINS })).toEqual([expect.stringContaining('CORS_ORIGINS')])
  })

  test.each(['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'chrome-extension://abcdefgh'])(
    'takes the origin %s, of an app in a shell',
    (CORS_ORIGINS) => {
      expect(parseConfig({ CORS_ORIGINS }).corsOrigins).toEqual([CORS_ORIGINS])
    },
  )

  test.each(['*', 'https://*.example.com', 'http://localhost:*'])(
    'says of %s that no pattern is taken',
    (CORS_ORIGINS) => {
      expect(problemsOf({ CORS_ORIGINS })).toEqual([expect.stringMatching(/CORS_ORIGINS.*no patterns.*list each/)])
    },
  )

  test('trims every value', () => {
    const { video, publicUrl } = parseConfig({
      ...Object.fromEntries(Object.entries(twilio).map(([name, value]) => [name, ` ${value}\t`])),
      PUBLIC_URL: ' https://example.com ',
    })
    expect(video).toMatchObject({ credentials: { apiKeySecret: 'planted-secret' } })
    expect(publicUrl).toBe('https://example.com')
  })

  test.each(['"planted"', 'plan ted', "planted'"])(
    'refuses the secret %s, which was copied with what stands around it',
    (secret) => {
      const problems = problemsOf({ ...twilio, TWILIO_API_SECRET: secret, TWILIO_AUTH_TOKEN: secret })
      expect(problems.map((problem) => problem.split(':')[0])).toEqual(['TWILIO_API_SECRET', 'TWILIO_AUTH_TOKEN'])
      expect(problems.join()).not.toContain('plan')
    },
  )

  test.each([
    'https://user:pass@example.com',
    'https://example.com/?x=1',
    'https://example.com/#x',
    'example.com',
    'ws://x',
  ])('refuses the public address %s', (PUBLIC_URL) => {
    expect(problemsOf({ PUBLIC_URL })).toEqual([expect.stringContaining('PUBLIC_URL')])
  })

  test('takes ICE servers as JSON', () => {
    const servers = [
      { urls: 'stun:stun.example.com' },
      { urls: ['turn:t.example.com'], username: 'u', credential: 'c' },
    ]
    expect(parseConfig({ ICE_SERVERS: JSON.stringify(servers) }).video).toEqual({
      kind: 'emulator',
      iceServers: servers,
    })
    for (const ICE_SERVERS of ['stun:x', '{}', '[1]', '[{"url":"stun:x"}]', '[']) {
      for (const problem of problemsOf({ ICE_SERVERS })) expect(problem).toMatch(/^ICE_SERVERS: /)
    }
  })

  test('tells the emulator inside how media travel', () => {
    const environment = {
      EMULATOR_MEDIA: 'mesh',
      EMULATOR_MEDIA_PORTS: '40000-40010',
      EMULATOR_MEDIA_ADDRESS: '10.0.0.1',
    }
    expect(parseConfig(environment).video).toMatchObject({
      media: 'mesh',
      mediaPorts: [40_000, 40_010],
      mediaAddress: '10.0.0.1',
    })
    expect(parseConfig({ EMULATOR_MEDIA_PORTS: '40000' }).video).toMatchObject({ mediaPorts: [40_000, 40_000] })
    for (const EMULATOR_MEDIA_PORTS of ['0', '2-1', '1-70000', 'x', '1-2-3']) {
      expect(problemsOf({ EMULATOR_MEDIA_PORTS })).toEqual([expect.stringContaining('EMULATOR_MEDIA_PORTS')])
    }
    expect(problemsOf({ EMULATOR_MEDIA_ADDRESS: 'here' })).toEqual([expect.stringContaining('EMULATOR_MEDIA_ADDRESS')])
  })

  test('an address of Twilio’s API means nothing without credentials', () => {
    expect(problemsOf({ TWILIO_VIDEO_URL: 'http://127.0.0.1:1' })).toEqual([
      expect.stringContaining('TWILIO_VIDEO_URL'),
    ])
  })
})

function errorOf(environment: Record<string, string>): ConfigError {
  try {
    parseConfig(environment)
  } catch (error) {
    if (error instanceof ConfigError) return error
    throw error
  }
  throw new Error('the environment was accepted')
}

function problemsOf(environment: Record<string, string>): readonly string[] {
  return errorOf(environment).problems
}
