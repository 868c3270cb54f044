import type { StoreLocation } from '../store/store.ts'
import type { ApiKeys } from './api-key.ts'
import type { Limits } from './limits.ts'
import {
  findApiKeyProblems,
  isLoopback,
  KEY_ALGORITHMS,
  parseApiKeyEntry,
  SECRET_ALGORITHMS,
  type AccessVariables,
} from './variables.ts'

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

/** The ways in which callers can be known. */
export type CallerConfig = {
  apiKeys: ApiKeys
  signIn: SignInConfig | undefined
  /** Whether callers who show nothing may do everything. */
  open: boolean
}

/** Who may enter, where that is remembered, and how much one caller may take. */
export type AccessConfig = CallerConfig & {
  /** The role, in the users' sign-in, that makes an admin. */
  adminRole: string
  /** Open to whoever reaches the server, by name and not because it is a toy on 127.0.0.1: worth a warning. */
  openByName: boolean
  store: StoreLocation
  /** Proxies whose `X-Forwarded-…` is believed: addresses or CIDR ranges. */
  trustProxy: string[]
  limits: Limits
  /** HTTP requests a minute from one address, whoever makes them; `null`: no limit. */
  addressLimit: number | null
  maxConnectionsPerAddress: number | null
  maxStreamsPerCaller: number | null
  /** For a whole request to arrive, and for its headers. */
  requestTimeoutMs: number
  headersTimeoutMs: number
  /** A server whose event loop is later than this sheds load; `null`: it never does. */
  maxEventLoopDelayMs: number | null
  /** How long the audit log keeps; `null`: there is none, since nobody is asked who they are. */
  auditDays: number | null
}

/** What decides, besides the variables of access themselves, whether nobody needs to be asked. */
export type Surroundings = { isEmulator: boolean; host: string }

type Variables = Partial<Record<keyof AccessVariables, string>>

/** What is wrong with the variables together, in words a person can act on; each alone is the schema's matter. */
export function findAccessProblems(variables: Variables, surroundings: Surroundings): string[] {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret, AUTH_ISSUER: issuer, AUTH_AUDIENCE: audience } = variables
  const problems = findApiKeyProblems((variables.API_KEYS ?? '').split(',').flatMap((item) => item.trim() || []))
  if (!isDecided(variables, surroundings)) {
    const place = surroundings.isEmulator ? `on ${surroundings.host}` : 'with Twilio credentials'
    problems.push(
      `Nobody could be told from anybody ${place}: set AUTH_JWKS_URL or AUTH_JWT_SECRET (your sign-in) or API_KEYS ` +
        '(your backend), or OPEN_ACCESS=true to let in whoever reaches the server. docs/security.md has examples',
    )
  }
  if (url !== undefined && secret !== undefined) {
    problems.push('AUTH_JWT_SECRET and AUTH_JWKS_URL are both set: tokens are checked by one of them')
  }
  if (url !== undefined) {
    if (issuer === undefined) problems.push('AUTH_ISSUER is missing: with AUTH_JWKS_URL, only its tokens are accepted')
    if (audience === undefined) {
      problems.push("AUTH_AUDIENCE is missing: with AUTH_JWKS_URL, another application's tokens would be accepted too")
    }
  }
  const fitting: readonly string[] = url === undefined ? SECRET_ALGORITHMS : KEY_ALGORITHMS
  for (const algorithm of (variables.AUTH_ALGORITHMS ?? '').split(',').flatMap((item) => item.trim() || [])) {
    if (fitting.includes(algorithm)) continue
    problems.push(
      `AUTH_ALGORITHMS: ${algorithm} does not go with ${url === undefined ? 'a shared secret' : 'AUTH_JWKS_URL'}`,
    )
  }
  if (url === undefined && secret === undefined) {
    for (const name of ['AUTH_ISSUER', 'AUTH_AUDIENCE', 'AUTH_ALGORITHMS'] as const) {
      if (variables[name] !== undefined)
        problems.push(`${name} is set, but neither AUTH_JWKS_URL nor AUTH_JWT_SECRET is`)
    }
  }
  return problems
}

/** The configuration that variables without fault ask for. */
export function toAccessConfig(variables: AccessVariables, surroundings: Surroundings): AccessConfig {
  const signIn = toSignIn(variables)
  const isKnown = signIn !== undefined || variables.API_KEYS.length > 0
  const openByName = variables.OPEN_ACCESS === 'true'
  const open = openByName || (!isKnown && isPrivateToy(surroundings))
  const isToy = open && isPrivateToy(surroundings)
  return {
    apiKeys: new Map(variables.API_KEYS.map(parseApiKeyEntry)),
    signIn,
    open,
    openByName,
    adminRole: variables.AUTH_ADMIN_ROLE,
    store: toStoreLocation(variables, open && surroundings.isEmulator),
    trustProxy: variables.TRUST_PROXY,
    limits: {
      calls: orDefault(variables.RATE_LIMIT_CALLS, isToy ? null : 600),
      tokens: orDefault(variables.RATE_LIMIT_TOKENS, isToy ? null : 60),
      invites: orDefault(variables.RATE_LIMIT_INVITES, isToy ? null : 20),
    },
    addressLimit: orDefault(variables.RATE_LIMIT_ADDRESS, isToy ? null : 6000),
    maxConnectionsPerAddress: orDefault(variables.MAX_CONNECTIONS_PER_ADDRESS, isToy ? null : 1000),
    maxStreamsPerCaller: orDefault(variables.MAX_STREAMS_PER_CALLER, isToy ? null : 20),
    requestTimeoutMs: variables.REQUEST_TIMEOUT_MS,
    headersTimeoutMs: variables.HEADERS_TIMEOUT_MS,
    maxEventLoopDelayMs: orDefault(variables.MAX_EVENT_LOOP_DELAY_MS, isToy ? null : 2000),
    auditDays: isToy ? null : variables.AUDIT_DAYS,
  }
}

function isDecided(variables: Variables, surroundings: Surroundings): boolean {
  const { API_KEYS, AUTH_JWKS_URL, AUTH_JWT_SECRET, OPEN_ACCESS } = variables
  if (API_KEYS !== undefined || AUTH_JWKS_URL !== undefined || AUTH_JWT_SECRET !== undefined) return true
  return OPEN_ACCESS === 'true' || isPrivateToy(surroundings)
}

/** The one place where nobody needs to be asked: make-believe rooms that only this machine can reach. */
function isPrivateToy({ isEmulator, host }: Surroundings): boolean {
  return isEmulator && isLoopback(host)
}

function toSignIn(variables: AccessVariables): SignInConfig | undefined {
  const { AUTH_JWKS_URL: url, AUTH_JWT_SECRET: secret, AUTH_ALGORITHMS: chosen } = variables
  const keys =
    url !== undefined
      ? { kind: 'url' as const, url: new URL(url) }
      : secret !== undefined
        ? { kind: 'secret' as const, secret }
        : undefined
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

const DEFAULT_DATA_DIR = '.roomkey'

/** The emulator's rooms die with the process: where nobody has a name, nothing about them is worth a file. */
function toStoreLocation({ DATABASE_URL, DATA_DIR }: AccessVariables, isForgetful: boolean): StoreLocation {
  if (DATABASE_URL !== undefined) return { kind: 'postgres', url: DATABASE_URL }
  if (DATA_DIR === ':memory:') return { kind: 'memory' }
  if (DATA_DIR !== undefined) return { kind: 'directory', path: DATA_DIR }
  return isForgetful ? { kind: 'memory' } : { kind: 'directory', path: DEFAULT_DATA_DIR }
}

function orDefault<T>(value: T | undefined, fallback: T): T {
  return value === undefined ? fallback : value
}
