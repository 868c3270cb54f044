import { z } from 'zod'
import { isLoopback } from './deployment.ts'
import { list, secret, splitList } from './variable.ts'

/** How the team's own sign-in is checked. */
export type SignInConfig = {
  keys: { kind: 'url'; url: URL } | { kind: 'secret'; secret: string }
  issuer: string | undefined
  audience: string | undefined
  /** The only signature algorithms that are accepted. */
  algorithms: readonly string[]
  /** The claim that is the user's identity; `sub` by default. */
  identityClaim: string
  /** The claim that lists the user's roles; a path such as `realm_access.roles` goes into objects. */
  rolesClaim: string
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
  AUTH_ALGORITHMS: list().pipe(z.array(z.enum([...KEY_ALGORITHMS, ...SECRET_ALGORITHMS]))),
  AUTH_IDENTITY_CLAIM: z.string().default('sub'),
  AUTH_ROLES_CLAIM: z.string().default('roles'),
  AUTH_ADMIN_ROLE: z.string().default('admin'),
}

type SignInVariables = z.output<z.ZodObject<typeof SIGN_IN_VARIABLES>>

/** What is wrong with the variables together; each alone is the schema's matter. */
export function findSignInProblems(variables: Partial<Record<keyof SignInVariables, string>>): string[] {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: shared, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = variables
  const problems: string[] = []
  if (url !== undefined && shared !== undefined) {
    problems.push('AUTH_JWT_SECRET and AUTH_JWKS_URL are both set: tokens are checked by one of them')
  }
  if (url !== undefined) {
    if (issuer === undefined) problems.push('AUTH_ISSUER is missing: with AUTH_JWKS_URL, only its tokens are accepted')
    if (audience === undefined) {
      problems.push("AUTH_AUDIENCE is missing: with AUTH_JWKS_URL, another application's tokens would be accepted too")
    }
  }
  const fitting: readonly string[] = url === undefined ? SECRET_ALGORITHMS : KEY_ALGORITHMS
  for (const algorithm of splitList(variables.AUTH_ALGORITHMS ?? '')) {
    if (fitting.includes(algorithm)) continue
    problems.push(
      `AUTH_ALGORITHMS: ${algorithm} does not go with ${url === undefined ? 'a shared secret' : 'AUTH_JWKS_URL'}`,
    )
  }
  if (url === undefined && shared === undefined) {
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ALGORITHMS'] as const) {
      if (variables[name] !== undefined)
        problems.push(`${name} is set, but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is`)
    }
  }
  return problems
}

/** `undefined` where the server has no sign-in. */
export function toSignIn(variables: SignInVariables): SignInConfig | undefined {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: shared, AUTH_ALGORITHMS: chosen } = variables
  const keys = toKeys(url, shared)
  if (keys === undefined) return undefined
  const usual = keys.kind === 'url' ? ['RS256', 'PS256', 'ES256', 'EdDSA'] : ['HS256']
  return {
    keys,
    issuer: variables.AUTH_ISSUER,
    audience: variables.AUTH_AUDIENCE,
    algorithms: chosen.length > 0 ? chosen : usual,
    identityClaim: variables.AUTH_IDENTITY_CLAIM,
    rolesClaim: variables.AUTH_ROLES_CLAIM,
  }
}

function toKeys(url: string | undefined, shared: string | undefined): SignInConfig['keys'] | undefined {
  if (url !== undefined) return { kind: 'url', url: new URL(url) }
  return shared === undefined ? undefined : { kind: 'secret', secret: shared }
}

// Whoever answers for the keys decides who gets in: plain http would let the network decide.
function isSafeToFetch({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}
