import { describe, expect, test } from 'vitest'
import { createApiKey } from '../../src/identity/api-key.ts'
import { buildApp, ConfigError, parseConfig } from '../../src/index.ts'
import { SAMPLE_CREDENTIALS } from '../setup.ts'
import { SIGN_IN_SECRET } from './setup.ts'

/** What is wrong with an environment. */
function faultsOf(environment: Record<string, string>): string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems]
    throw error
  }
}

describe('nobody is asked who they are', () => {
  test('on the emulator, on this machine', () => {
    for (const host of ['127.0.0.1', 'localhost', '::1', '127.8.9.10']) {
      expect(parseConfig({ HOST: host }).access).toMatchObject({ open: true, openAccess: false, auditDays: null })
    }
    expect(parseConfig({}).access.open).toBe(true)
  })

  test('no longer, once there is a way to tell', () => {
    expect(parseConfig({ AUTH_JWT_SECRET: SIGN_IN_SECRET }).access.open).toBe(false)
    expect(parseConfig({ API_KEYS: createApiKey('x').entry }).access.open).toBe(false)
  })

  test('elsewhere only when asked for by name, with a warning at every start', async () => {
    for (const environment of [{ HOST: '0.0.0.0' }, { HOST: '10.1.2.3' }, { HOST: '::' }, SAMPLE_CREDENTIALS]) {
      const [fault, ...others] = faultsOf(environment)
      expect(fault).toMatch(/AUTH_ISSUER.*AUTH_JWT_SECRET.*API_KEYS.*OPEN_ACCESS=true/)
      expect(others).toEqual([])
      expect(faultsOf({ ...environment, OPEN_ACCESS: 'false' })).toHaveLength(1)
      const config = parseConfig({ ...environment, OPEN_ACCESS: 'true', DATA_DIR: ':memory:' })
      expect(config.access).toMatchObject({ open: true, openAccess: true, auditDays: 90 })
      const logs: string[] = []
      const app = buildApp(config, { logStream: { write: (line) => logs.push(line) } })
      await app.ready()
      await app.close()
      expect(logs.join('')).toMatch(/"level":40.*OPEN_ACCESS=true/)
    }
  })
})

test('limits are off where nobody is asked on this machine, and on everywhere else', () => {
  const off = { calls: null, tokens: null, invites: null }
  expect(parseConfig({}).access).toMatchObject({ limits: off, addressLimit: null, maxConnectionsPerAddress: null })
  const on = { limits: { calls: 600, tokens: 60, invites: 20 }, addressLimit: 6000, maxConnectionsPerAddress: 1000 }
  expect(parseConfig({ AUTH_JWT_SECRET: SIGN_IN_SECRET }).access).toMatchObject(on)
  expect(parseConfig({ HOST: '0.0.0.0', OPEN_ACCESS: 'true' }).access).toMatchObject(on)
  const own = { RATE_LIMIT_CALLS: '5', RATE_LIMIT_TOKENS: 'off', RATE_LIMIT_INVITES: '3' }
  expect(parseConfig(own).access.limits).toEqual({ calls: 5, tokens: null, invites: 3 })
})

test('every fault is told at once, and none repeats a secret', () => {
  const faults = faultsOf({
    API_KEYS: 'rk_the-key-itself',
    AUTH_JWKS_URL: 'http://id.example.com/keys',
    AUTH_JWT_SECRET: 'too-short',
    AUTH_ALGORITHMS: 'none',
    TRUST_PROXY: '10.0.0.0/8, anyone, 1.2.3.4/99',
    RATE_LIMIT_CALLS: '0',
    DATABASE_URL: 'mysql://root:hunter2@db/x',
    AUDIT_DAYS: '0',
    OPEN_ACCESS: 'yes',
    HEADERS_TIMEOUT_MS: 'soon',
  })
  const expected = [
    'API_KEYS',
    'AUTH_JWKS_URL',
    'AUTH_JWT_SECRET',
    'AUTH_ALGORITHMS',
    'TRUST_PROXY',
    'RATE_LIMIT_CALLS',
    'DATABASE_URL',
    'AUDIT_DAYS',
    'OPEN_ACCESS',
    'HEADERS_TIMEOUT_MS',
    'AUTH_ISSUER',
    'AUTH_AUDIENCE',
  ]
  for (const name of expected)
    expect(
      faults.some((fault) => fault.startsWith(name)),
      name,
    ).toBe(true)
  for (const secret of ['the-key-itself', 'too-short', 'hunter2']) expect(faults.join()).not.toContain(secret)
})

test('variables that only make sense together are asked for together', () => {
  const issuer = { AUTH_ISSUER: 'https://id.example.com' }
  expect(faultsOf(issuer)).toEqual([expect.stringContaining('AUTH_AUDIENCE is missing')])
  for (const name of ['AUTH_AUDIENCE', 'AUTH_AUTHORIZED_PARTIES'])
    expect(faultsOf({ ...issuer, [name]: 'a' })).toEqual([])
  expect(faultsOf({ AUTH_AUDIENCE: 'a' })).toEqual([expect.stringContaining('AUTH_AUDIENCE is set')])
  expect(faultsOf({ AUTH_ISSUER: 'http://id.example.com', AUTH_AUDIENCE: 'a' })).toEqual([
    expect.stringContaining('must be an https URL'),
  ])
  expect(faultsOf({ ...issuer, AUTH_AUDIENCE: 'a', AUTH_CLIENT_ID: 'page' })).toEqual([])
  const client = { AUTH_CLIENT_ID: 'page' }
  for (const environment of [client, { ...client, AUTH_JWT_SECRET: SIGN_IN_SECRET }])
    expect(faultsOf(environment)).toEqual([
      'AUTH_CLIENT_ID is set, but not AUTH_ISSUER, where the page signs in: set both or neither',
    ])
  const elsewhere = { AUTH_JWT_SECRET: SIGN_IN_SECRET, AUTH_ISSUER: 'our-backend', AUTH_CLIENT_ID: 'page' }
  expect(faultsOf(elsewhere)).toEqual([expect.stringContaining('AUTH_ISSUER, which must be an https URL')])
  expect(faultsOf({ ...issuer, AUTH_AUTHORIZED_PARTIES: 'a', AUTH_AUDIENCE_CLAIM: 'client_id' })).toEqual([
    expect.stringContaining('but not AUTH_AUDIENCE'),
  ])
  const url = { AUTH_JWKS_URL: 'https://id.example.com/keys', AUTH_ISSUER: 'i', AUTH_AUDIENCE: 'a' }
  expect(faultsOf(url)).toEqual([])
  expect(faultsOf({ ...url, AUTH_ALGORITHMS: 'RS256,HS256' })).toEqual([
    expect.stringContaining('HS256 does not go with'),
  ])
  expect(faultsOf({ AUTH_JWT_SECRET: SIGN_IN_SECRET, AUTH_ALGORITHMS: 'RS256' })).toHaveLength(1)
  expect(faultsOf({ ...url, AUTH_JWT_SECRET: SIGN_IN_SECRET })).toEqual([expect.stringContaining('both set')])
})

test('API keys need names that the audit log can tell apart', () => {
  const [first, second] = [createApiKey('billing').entry, createApiKey('billing').entry]
  expect(faultsOf({ API_KEYS: first })).toEqual([])
  expect(faultsOf({ API_KEYS: `${first},${second}` })).toEqual([expect.stringContaining('two keys')])
  expect(faultsOf({ API_KEYS: first.replace('billing', 'bil ling') })).toEqual([expect.stringContaining('not a name')])
})
