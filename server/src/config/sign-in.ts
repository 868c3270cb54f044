import { z } from 'zod'
import { isLoopback } from './deployment.ts'
import { list, secret, splitList } from './variable.ts'

/** How the team's own sign-in is checked. */
export type SignInConfig = {
  /** Public keys at an address, or where the issuer says that they are; or a shared secret. */
  keys: { kind: 'url'; url: URL } | { kind: 'issuer'; issuer: string } | { kind: 'secret'; secret: string }
  issuer: string | undefined
  audience: string | undefined
  /** The claim that names the audience; `aud` by default. */
  audienceClaim: string
  /** The parties to which tokens may be issued, in the claim `azp`; none: it is not looked at. */
  authorizedParties: readonly string[]
  /** The only signature algorithms that are accepted. */
  algorithms: readonly string[]
  /** The claim that is the user's identity; `sub` by default. */
  identityClaim: string
  /** The claims that may hold the name that the user is shown under; the first that has one counts. */
  nameClaims: readonly string[]
  /** The claim that lists the user's roles; a path such as `realm_access.roles` goes into objects. */
  rolesClaim: string
  /** What the issuer calls the page, which then signs people in there by OpenID Connect. */
  clientId: string | undefined
}

// Source: RFC 7518, RFC 8037.
const KEY_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
] as const
const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const

export const SIGN_IN_VARIABLES = {
  AUTH_JWKS_URL: z
    .url('must be a URL')
    .refine((url) => isSafeToFetch(new URL(url)), 'must be an https URL, or http on this machine')
    .optional(),
  AUTH_JWT_SECRET: secret()
    .refine((text) => Buffer.byteLength(text) >= 32, 'must hold at least 32 bytes, or it can be guessed')
    .optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_AUDIENCE_CLAIM: z.string().optional(),
  AUTH_AUTHORIZED_PARTIES: list(),
  AUTH_CLIENT_ID: z.string().optional(),
  AUTH_ALGORITHMS: list().pipe(z.array(z.enum([...KEY_ALGORITHMS, ...SECRET_ALGORITHMS]))),
  AUTH_IDENTITY_CLAIM: z.string().default('sub'),
  AUTH_NAME_CLAIM: z.string().default('name,preferred_username,email').transform(splitList),
  AUTH_ROLES_CLAIM: z.string().default('roles'),
  AUTH_ADMIN_ROLE: z.string().default('admin'),
}

type SignInVariables = z.output<z.ZodObject<typeof SIGN_IN_VARIABLES>>

type RawVariables = Partial<Record<keyof SignInVariables, string>>

/** Whether the variables name a sign-in, by any of the three ways to check its tokens. */
export function namesSignIn({ AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER }: RawVariables): boolean {
  return AUTH_JWKS_URL !== undefined || AUTH_JWT_SECRET !== undefined || AUTH_ISSUER !== undefined
}

/** What is wrong with the variables together; each alone is the schema's matter. */
export function findSignInProblems(variables: RawVariables): string[] {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: shared, AUTH_ISSUER: issuer } = variables
  if (!namesSignIn(variables)) return findIdleVariables(variables)
  const problems: string[] = []
  if (url !== undefined && shared !== undefined) {
    problems.push('AUTH_JWT_SECRET and AUTH_JWKS_URL are both set: tokens are checked by one of them')
  }
  if (shared === undefined || url !== undefined) problems.push(...findKeyProblems(variables))
  if (variables.AUTH_AUDIENCE_CLAIM !== undefined && variables.AUTH_AUDIENCE === undefined) {
    problems.push('AUTH_AUDIENCE_CLAIM is set, but not AUTH_AUDIENCE, which that claim must be')
  }
  problems.push(...findClientProblems(variables))
  const fitting: readonly string[] = shared === undefined ? KEY_ALGORITHMS : SECRET_ALGORITHMS
  const keys = shared === undefined ? (url === undefined ? 'AUTH_ISSUER' : 'AUTH_JWKS_URL') : 'a shared secret'
  for (const algorithm of splitList(variables.AUTH_ALGORITHMS ?? '')) {
    if (!fitting.includes(algorithm)) problems.push(`AUTH_ALGORITHMS: ${algorithm} does not go with ${keys}`)
  }
  if (shared === undefined && url === undefined && issuer !== undefined && !isSafeIssuer(issuer)) {
    problems.push('AUTH_ISSUER: its keys are looked up there, so it must be an https URL, or http on this machine')
  }
  return problems
}

function findKeyProblems({ AUTH_ISSUER, AUTH_AUDIENCE, AUTH_AUTHORIZED_PARTIES }: RawVariables): string[] {
  const problems: string[] = []
  if (AUTH_ISSUER === undefined) {
    problems.push('AUTH_ISSUER is missing: with AUTH_JWKS_URL, only its tokens are accepted')
  }
  if (AUTH_AUDIENCE === undefined && AUTH_AUTHORIZED_PARTIES === undefined) {
    problems.push(
      "AUTH_AUDIENCE is missing: with public keys, another application's tokens would be accepted too. Where tokens " +
        'have no audience, AUTH_AUTHORIZED_PARTIES or AUTH_AUDIENCE_CLAIM says which are meant for you',
    )
  }
  return problems
}

/** The page signs in nowhere but at the issuer, whatever tokens are checked by. */
function findClientProblems({ AUTH_CLIENT_ID, AUTH_ISSUER }: RawVariables): string[] {
  if (AUTH_CLIENT_ID === undefined) return []
  if (AUTH_ISSUER === undefined) {
    return ['AUTH_CLIENT_ID is set, but not AUTH_ISSUER, where the page signs in: set both or neither']
  }
  if (isSafeIssuer(AUTH_ISSUER)) return []
  return [
    'AUTH_CLIENT_ID is set: the page signs in at AUTH_ISSUER, which must be an https URL, or http on this machine',
  ]
}

function findIdleVariables(variables: RawVariables): string[] {
  const idle = (['AUTH_AUDIENCE', 'AUTH_AUDIENCE_CLAIM', 'AUTH_AUTHORIZED_PARTIES', 'AUTH_ALGORITHMS'] as const)
    .filter((name) => variables[name] !== undefined)
    .map((name) => `${name} is set, but none of AUTH_ISSUER, AUTH_JWKS_URL and AUTH_JWT_SECRET is`)
  return [...idle, ...findClientProblems(variables)]
}

/** `undefined` where the server has no sign-in. */
export function toSignIn(variables: SignInVariables): SignInConfig | undefined {
  const { AUTH_ALGORITHMS: chosen } = variables
  const keys = toKeys(variables)
  if (keys === undefined) return undefined
  const usual = keys.kind === 'secret' ? ['HS256'] : ['RS256', 'PS256', 'ES256', 'EdDSA']
  return {
    keys,
    issuer: variables.AUTH_ISSUER,
    audience: variables.AUTH_AUDIENCE,
    audienceClaim: variables.AUTH_AUDIENCE_CLAIM ?? 'aud',
    authorizedParties: variables.AUTH_AUTHORIZED_PARTIES,
    algorithms: chosen.length > 0 ? chosen : usual,
    identityClaim: variables.AUTH_IDENTITY_CLAIM,
    nameClaims: variables.AUTH_NAME_CLAIM,
    rolesClaim: variables.AUTH_ROLES_CLAIM,
    clientId: variables.AUTH_CLIENT_ID,
  }
}

function toKeys({ AUTH_JWKS_URL, AUTH_JWT_SECRET, AUTH_ISSUER }: SignInVariables): SignInConfig['keys'] | undefined {
  if (AUTH_JWKS_URL !== undefined) return { kind: 'url', url: new URL(AUTH_JWKS_URL) }
  if (AUTH_JWT_SECRET !== undefined) return { kind: 'secret', secret: AUTH_JWT_SECRET }
  return AUTH_ISSUER === undefined ? undefined : { kind: 'issuer', issuer: AUTH_ISSUER }
}

function isSafeIssuer(issuer: string): boolean {
  return URL.canParse(issuer) && isSafeToFetch(new URL(issuer))
}

/** Whoever serves the keys decides who gets in; over plain http, anyone on the network could. */
export function isSafeToFetch({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
