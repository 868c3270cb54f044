import type { CallerConfig } from '../config/access.ts'
import type { SignInConfig } from '../config/sign-in.ts'
import type { CallSource } from '../core/call-source.ts'
import type { Caller } from '../core/caller.ts'
import { VideoError } from '../core/video-error.ts'
import { toAddressKey } from '../limits/limit-key.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Store } from '../store/store.ts'
import { findApiKey, isApiKey } from './api-key.ts'
import type { Authenticate } from './callers.ts'
import { findGuessedInvite } from './guessed-invite.ts'
import { identifyGuest, isInviteSecret } from './invite-secret.ts'
import type { VerifiedUser } from './user-token.ts'
import { createVerifiedUsers } from './verified-users.ts'

/** Headers as Node and every framework on it give them: lower-case names. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Finds out who calls.
 * @throws VideoError `UNAUTHENTICATED` for credentials that are not good: they never count as "none shown".
 */
export type Authenticator = (source: CallSource) => Promise<Caller>

export type AuthenticatorOptions = {
  now?: (() => number) | undefined
  /** Who calls, as far as the team's own code knows. */
  authenticate?: Authenticate | undefined
}

const MAX_VERIFIED = 10_000

/**
 * Makes the server's {@link Authenticator}: an API key, an invitation, the team's own code, its sign-in by JWT, nobody
 * asked; in that order.
 * An open server without a sign-in ignores credentials other than Roomkey's own: they may be meant for a proxy in
 * front, and it lets callers in without any. Any other server refuses credentials that it cannot check.
 */
export function createAuthenticator(
  config: CallerConfig,
  { store, rateLimiter }: { store: Store; rateLimiter: RateLimiter },
  options: AuthenticatorOptions = {},
): Authenticator {
  const { now = Date.now, authenticate } = options
  const verifyUser = config.signIn === undefined ? undefined : loadUserVerifier(config.signIn, now)
  const verified = createVerifiedUsers(MAX_VERIFIED, now)

  async function verifyAndRemember(verify: NonNullable<typeof verifyUser>, token: string): Promise<Caller> {
    const user = await verify(token)
    verified.set(token, user)
    return user.caller
  }

  const asksNobody = config.open && verifyUser === undefined && config.apiKeys.size === 0

  /** With the team's own code: a caller that it does not know is anonymous, on an open server too. */
  async function askTeam(ask: Authenticate, source: CallSource, token: string | undefined): Promise<Caller> {
    const caller = await ask(source)
    if (caller !== undefined) return caller
    if (token === undefined || token === MALFORMED || verifyUser === undefined) return ANONYMOUS
    return verified.get(token) ?? verifyAndRemember(verifyUser, token)
  }

  return async (source) => {
    const { headers, ip } = source
    const token = readCredential(headers)
    if (token !== undefined && isApiKey(token)) return findService(config, token)
    if (token !== undefined && isInviteSecret(token)) {
      const invite = await findGuessedInvite({ store, rateLimiter }, token, toAddressKey(ip))
      return identifyGuest(invite, now)
    }
    if (authenticate !== undefined) return askTeam(authenticate, source, token)
    if (token === undefined) return config.open ? OPEN : ANONYMOUS
    if (headers['x-api-key'] !== undefined) return findService(config, token)
    if (asksNobody) return OPEN
    if (token === MALFORMED)
      throw new VideoError('UNAUTHENTICATED', 'Show credentials as "Authorization: Bearer <token>"')
    if (verifyUser === undefined) {
      throw new VideoError(
        'UNAUTHENTICATED',
        'This server does not take sign-in tokens: use an API key or an invitation',
      )
    }
    return verified.get(token) ?? verifyAndRemember(verifyUser, token)
  }
}

/** Whether the headers hold a good API key; immediate, and never throws. */
export function holdsApiKey({ apiKeys }: CallerConfig, headers: CallHeaders): boolean {
  const token = readCredential(headers)
  return token !== undefined && isApiKey(token) && findApiKey(apiKeys, token) !== undefined
}

/** The verifier, and the library behind it, are loaded with the first token that is not known yet. */
function loadUserVerifier(signIn: SignInConfig, now: () => number): (token: string) => Promise<VerifiedUser> {
  let loading: Promise<(token: string) => Promise<VerifiedUser>> | undefined
  return async (token) => {
    loading ??= import('./user-token.ts').then(({ createUserVerifier }) => createUserVerifier(signIn, { now }))
    const verify = await loading
    return verify(token)
  }
}

const OPEN: Caller = { kind: 'open' }
const ANONYMOUS: Caller = { kind: 'anonymous' }

function findService(config: CallerConfig, key: string): Caller {
  const name = findApiKey(config.apiKeys, key)
  if (name === undefined) throw new VideoError('UNAUTHENTICATED', 'This API key is not known here')
  return { kind: 'service', name }
}

/** What stands for credentials in a form that cannot be read; no token is empty. */
const MALFORMED = ''

/** The token shown, {@link MALFORMED}, or `undefined`: nothing was shown. */
function readCredential(headers: CallHeaders): string | undefined {
  const shown = headers['x-api-key'] ?? headers['authorization']
  if (shown === undefined) return undefined
  if (typeof shown !== 'string') return MALFORMED
  return headers['x-api-key'] === undefined ? readBearer(shown) : shown
}

/** The token of `Authorization: Bearer …`. Source: RFC 6750, section 2.1. */
function readBearer(authorization: string): string {
  return /^bearer +(\S+)$/i.exec(authorization)?.[1] ?? MALFORMED
}
