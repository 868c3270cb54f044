import { expect, test } from 'vitest'
import { ConfigError, findMisspelled, parseConfig } from './config.ts'

test.each([
  ['TWILIO_AUTHTOKEN', 'TWILIO_AUTH_TOKEN'],
  ['TWILIO_API_KEY_SID', 'TWILIO_API_KEY'],
  ['AUTH_JWKS', 'AUTH_JWKS_URL'],
  ['RATE_LIMIT_TOKEN', 'RATE_LIMIT_TOKENS'],
  ['CORS_ORIGIN', 'CORS_ORIGINS'],
  ['PUBLICURL', 'PUBLIC_URL'],
])('%s was probably meant as %s', (name, meant) => {
  expect(findMisspelled({ [name]: 'x' })).toEqual([{ name, meant }])
})

test.each([
  'HOSTNAME',
  'HOSTTYPE',
  'LOGNAME',
  'PATH',
  'PWD',
  'SHELL',
  'https_proxy',
  'no_proxy',
  'npm_config_cache',
  'PORTAL',
])('%s is somebody else’s', (name) => {
  expect(findMisspelled({ [name]: 'x' })).toEqual([])
})

test('a credential under a wrong name does not start an emulator', () => {
  const environment = { TWILIO_ACCOUNTSID: 'planted', TWILIO_APIKEY: 'planted', TWILIO_API_SECERT: 'planted' }
  const problems = problemsOf(environment)
  expect(problems).toHaveLength(3)
  expect(problems.join()).toContain('TWILIO_ACCOUNTSID is not read: it is called TWILIO_ACCOUNT_SID')
  expect(problems.join()).not.toContain('planted')
})

function problemsOf(environment: Record<string, string>): readonly string[] {
  try {
    parseConfig(environment)
    return []
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
}
