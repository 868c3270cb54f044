import { readFileSync } from 'node:fs'
import { exportJWK, generateKeyPair, SignJWT, type JWTPayload } from 'jose'
import { describe, expect, test } from 'vitest'
import { createUserVerifier } from '../../src/identity/user-token.ts'
import { parseConfig } from '../../src/index.ts'

/** A token as a provider makes it, and what its user is to Roomkey. Source of each shape: the provider's documentation. */
type Example = {
  alg: 'RS256' | 'ES256'
  claims: JWTPayload
  /** Where the provider's discovery document says that its keys are; `undefined` where the recipe says so itself. */
  jwksUri?: string
  caller: { identity: string; roles?: string[]; name?: string }
  /** What makes it a token for somebody else. */
  foreign: JWTPayload
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  Auth0: {
    alg: 'RS256',
    jwksUri: 'https://example.eu.auth0.com/.well-known/jwks.json',
    claims: {
      iss: 'https://example.eu.auth0.com/',
      sub: 'auth0|65f2c0ffee',
      aud: ['https://video.example.com', 'https://example.eu.auth0.com/userinfo'],
      azp: 'aBcDeF123',
      scope: 'openid profile',
      'https://example.com/roles': ['admin'],
      'https://example.com/name': 'Ann Smith',
    },
    caller: { identity: 'auth0|65f2c0ffee', roles: ['admin'], name: 'Ann Smith' },
    foreign: { aud: ['https://other.example.com'] },
  },
  Clerk: {
    alg: 'RS256',
    claims: {
      iss: 'https://clerk.example.com',
      sub: 'user_2abcDEF',
      azp: 'https://app.example.com',
      sid: 'sess_1',
      v: 2,
      name: 'Ann Smith',
      metadata: { roles: ['admin'] },
    },
    caller: { identity: 'user_2abcDEF', roles: ['admin'], name: 'Ann Smith' },
    foreign: { azp: 'https://evil.example.com' },
  },
  Cognito: {
    alg: 'RS256',
    jwksUri: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI/.well-known/jwks.json',
    claims: {
      iss: 'https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI',
      sub: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee',
      client_id: '1h57kf5cpq17m0eml12EXAMPLE',
      token_use: 'access',
      username: 'ann',
      'cognito:groups': ['admin'],
    },
    caller: { identity: 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee', roles: ['admin'], name: 'ann' },
    // An ID token names its client otherwise.
    foreign: { client_id: undefined, aud: '1h57kf5cpq17m0eml12EXAMPLE', token_use: 'id' },
  },
  'Entra ID': {
    alg: 'RS256',
    jwksUri: 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/discovery/v2.0/keys',
    claims: {
      iss: 'https://login.microsoftonline.com/aaaabbbb-0000-cccc-1111-dddd2222eeee/v2.0',
      sub: 'pairwise-subject',
      oid: '11112222-bbbb-3333-cccc-4444dddd5555',
      aud: '00001111-aaaa-2222-bbbb-3333cccc4444',
      ver: '2.0',
      roles: ['admin'],
      name: 'Ann Smith',
      preferred_username: 'ann@example.com',
    },
    caller: { identity: '11112222-bbbb-3333-cccc-4444dddd5555', roles: ['admin'], name: 'Ann Smith' },
    foreign: { iss: 'https://login.microsoftonline.com/another-tenant/v2.0' },
  },
  Firebase: {
    alg: 'RS256',
    jwksUri: 'https://www.googleapis.com/service_accounts/v1/jwk/securetoken@system.gserviceaccount.com',
    claims: {
      iss: 'https://securetoken.google.com/example-project',
      aud: 'example-project',
      sub: 'uid-of-firebase',
      user_id: 'uid-of-firebase',
      email: 'ann@example.com',
      firebase: { sign_in_provider: 'password' },
    },
    caller: { identity: 'uid-of-firebase', roles: [], name: 'ann@example.com' },
    foreign: { aud: 'another-project' },
  },
  Keycloak: {
    alg: 'RS256',
    jwksUri: 'https://id.example.com/realms/main/protocol/openid-connect/certs',
    claims: {
      iss: 'https://id.example.com/realms/main',
      sub: 'f:1:ann',
      aud: 'account',
      azp: 'web-app',
      typ: 'Bearer',
      realm_access: { roles: ['offline_access', 'admin'] },
      preferred_username: 'ann',
    },
    caller: { identity: 'f:1:ann', roles: ['offline_access', 'admin'], name: 'ann' },
    foreign: { azp: 'another-app' },
  },
  Supabase: {
    alg: 'ES256',
    claims: {
      iss: 'https://abcdefghijklmnopqrst.supabase.co/auth/v1',
      sub: '11111111-2222-3333-4444-555555555555',
      aud: 'authenticated',
      role: 'authenticated',
      email: 'ann@example.com',
      app_metadata: { provider: 'email', roles: ['admin'] },
      user_metadata: { full_name: 'Ann Smith' },
    },
    caller: { identity: '11111111-2222-3333-4444-555555555555', roles: ['admin'], name: 'Ann Smith' },
    foreign: { aud: 'anon' },
  },
}

const RECIPES = readRecipes()

test('the recipes are those that run here', () => {
  expect([...RECIPES.keys()]).toEqual(Object.keys(EXAMPLES))
})

describe.each(Object.entries(EXAMPLES))('the recipe for %s', (name, { alg, claims, jwksUri, caller, foreign }) => {
  test('lets its users in as who they are, and no token that was made for others', async () => {
    const { publicKey, privateKey } = await generateKeyPair(alg)
    const environment = RECIPES.get(name) ?? {}
    const issuer = environment['AUTH_ISSUER'] ?? ''
    const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg, use: 'sig' }] }
    const service = new Map<string, unknown>([
      [environment['AUTH_JWKS_URL'] ?? jwksUri ?? '', keys],
      [`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, { issuer, jwks_uri: jwksUri }],
    ])
    const { signIn } = parseConfig(environment).access
    if (signIn === undefined) throw new Error('the recipe names no sign-in')
    const verify = createUserVerifier(signIn, {
      fetch: async (input) => {
        const url = input instanceof Request ? input.url : input.toString()
        return Response.json(service.get(url) ?? null, { status: service.has(url) ? 200 : 404 })
      },
    })
    const sign = (payload: JWTPayload) =>
      new SignJWT(payload)
        .setProtectedHeader({ alg, kid: 'one' })
        .setIssuedAt()
        .setExpirationTime('1m')
        .sign(privateKey)
    expect((await verify(await sign(claims))).caller).toEqual({ kind: 'user', ...caller })
    await expect(verify(await sign({ ...claims, ...foreign }))).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
  })
})

/** The environment of each provider, by its heading in the document. */
function readRecipes(): Map<string, Record<string, string>> {
  const text = readFileSync(new URL('../../../docs/sign-in.md', import.meta.url), 'utf8')
  const recipes = [...text.matchAll(/^### ([^\n]+)\n\n```sh\n(.*?)^```$/gms)]
  return new Map(
    recipes.map(({ 1: name = '', 2: lines = '' }) => {
      const variables = [...lines.matchAll(/^([A-Z_]+)=(.*)$/gm)]
      return [name, Object.fromEntries(variables.map(({ 1: key = '', 2: value = '' }) => [key, value]))]
    }),
  )
}
