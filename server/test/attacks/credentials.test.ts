import { describe, expect, test } from 'vitest'
import { ENVIRONMENT, SERVICE_KEY, SIGN_IN_SECRET, createGuardedWorld, outcomeOf, signIn } from '../access/setup.ts'
import { createWorld } from '../setup.ts'

// Credentials that are not good never make somebody of whom nothing is asked.

const LIMITLESS = Object.fromEntries(Object.entries(ENVIRONMENT).filter(([name]) => name.startsWith('RATE_')))

const malformed = async (): Promise<Record<string, string>[]> => [
  ...[
    '',
    'Bearer',
    'Bearer ',
    'Bearer a b',
    'Bearer\ta',
    'bearer',
    'Bearer,x',
    'Basic YTpi',
    'Digest x',
    'Token x',
  ].map((authorization) => ({ authorization })),
  { authorization: await signIn('ann') },
  { authorization: `JWT ${await signIn('ann')}` },
  { authorization: SERVICE_KEY.key },
  { 'x-api-key': '' },
  { 'x-api-key': await signIn('ann') },
]

describe.each<[string, Record<string, string>]>([
  ['a sign-in', { AUTH_JWT_SECRET: SIGN_IN_SECRET }],
  ['API keys', { API_KEYS: SERVICE_KEY.entry }],
  ['a sign-in and open access', { AUTH_JWT_SECRET: SIGN_IN_SECRET, OPEN_ACCESS: 'true' }],
  ['API keys and open access', { API_KEYS: SERVICE_KEY.entry, OPEN_ACCESS: 'true' }],
])('on a server with %s', (_name, env) => {
  test('malformed credentials are refused, and none are none', async () => {
    await using world = await createWorld({ env: { DATA_DIR: ':memory:', ...LIMITLESS, ...env } })
    for (const headers of await malformed()) {
      const answer = await world.query('auth.whoami', undefined, headers)
      expect([JSON.stringify(headers), outcomeOf(answer)]).toEqual([JSON.stringify(headers), 'UNAUTHENTICATED'])
    }
    const { data } = await world.query('auth.whoami')
    expect(data.kind).toBe(env['OPEN_ACCESS'] === 'true' ? 'open' : 'anonymous')
  })
})

test('a server that asks nobody, and could check nothing, lets pass what a proxy in front of it asked for', async () => {
  await using world = await createWorld()
  for (const authorization of ['Basic YTpi', 'Bearer', await signIn('ann'), `Bearer ${await signIn('ann')}`]) {
    expect((await world.query('auth.whoami', undefined, { authorization })).data?.kind).toBe('open')
  }
  // These are Roomkey's own.
  const own: Record<string, string>[] = [{ authorization: `Bearer rk_${'x'.repeat(43)}` }, { 'x-api-key': 'x' }]
  for (const headers of own) {
    expect(outcomeOf(await world.query('auth.whoami', undefined, headers))).toBe('UNAUTHENTICATED')
  }
})

test('good credentials are taken in any case of the scheme', async () => {
  await using world = await createGuardedWorld()
  for (const scheme of ['Bearer', 'bearer', 'BEARER']) {
    const { data } = await world.query('auth.whoami', undefined, { authorization: `${scheme} ${await signIn('ann')}` })
    expect(data.kind).toBe('user')
  }
})
