import { VideoError } from '../errors/video-error.ts'
import { findApiKey, isApiKey } from './api-key.ts'
import type { Caller } from './caller.ts'
import type { CallerConfig, SignInConfig } from './config.ts'
import { isInviteSecret, type Invitations } from './invitations.ts'
import { toAddressKey, type Limiter } from './limits.ts'
import type { KeySetOptions } from './key-set.ts'
import type { VerifiedUser } from './user-token.ts'
import { createVerifiedCallers } from './verified-callers.ts'

/** Headers as Node and every framework on it give them: lower-case names. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>>

/**
 * Finds out who calls. Immediate for a caller seen before, so that a known one costs microseconds.
 * @throws VideoError `UNAUTHENTICATED` for credentials that are not good: they never count as "none shown".
 */
export type Authenticate = (call: { headers: CallHeaders; ip: string }) => Caller | Promise<Caller>

const MAX_VERIFIED = 10_000

/** Makes the server's {@link Authenticate}: an API key, the team's sign-in, an invitation, nobody asked; in that order. */
export function createAuthenticator(
  config: CallerConfig,
  { invitations, limiter }: { invitations: Pick<Invitations, 'identify'>; limiter: Limiter },
  options: { now?: () => number } & KeySetOptions = {},
): Authenticate {
  const now = options.now ?? Date.now
  const verifyUser = config.signIn === undefined ? undefined : loadUserVerifier(config.signIn, options)
  const verified = createVerifiedCallers(MAX_VERIFIED, now)

  async function verifyAndRemember(verify: NonNullable<typeof verifyUser>, token: string): Promise<Caller> {
    const user = await verify(token)
    verified.set(token, user)
    return user.caller
  }

  async function identifyGuest(secret: string, ip: string): Promise<Caller> {
    const key = toAddressKey(ip)
    limiter.check('invites', key)
    try {
      return await invitations.identify(secret)
    } catch (error) {
      await limiter.take('invites', key)
      throw error
    }
  }

  return ({ headers, ip }) => {
    const token = readCredential(headers)
    if (token === undefined) return config.open ? OPEN : ANONYMOUS
    if (headers['x-api-key'] !== undefined || isApiKey(token)) return findService(config, token)
    if (isInviteSecret(token)) return identifyGuest(token, ip)
    if (verifyUser === undefined) {
      if (config.open) return OPEN
      throw new VideoError(
        'UNAUTHENTICATED',
        'This server does not take sign-in tokens: use an API key or an invitation',
      )
    }
    return verified.get(token) ?? verifyAndRemember(verifyUser, token)
  }
}

/** The verifier, and the library behind it, are loaded with the first token that is not known yet. */
function loadUserVerifier(
  signIn: SignInConfig,
  options: { now?: () => number } & KeySetOptions,
): (token: string) => Promise<VerifiedUser> {
  let loading: Promise<(token: string) => Promise<VerifiedUser>> | undefined
  return async (token) => {
    loading ??= import('./user-token.ts').then(({ createUserVerifier }) => createUserVerifier(signIn, options))
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

/** Whether the headers hold a good API key; answers at once and never throws. */
export function holdsApiKey({ apiKeys }: CallerConfig, headers: CallHeaders): boolean {
  const token = readCredential(headers)
  return token !== undefined && isApiKey(token) && findApiKey(apiKeys, token) !== undefined
}

function readCredential(headers: CallHeaders): string | undefined {
  const apiKey = headers['x-api-key']
  return typeof apiKey === 'string' ? apiKey : readBearer(headers['authorization'])
}

/** The token of `Authorization: Bearer …`; other schemes are somebody else's. Source: RFC 6750, section 2.1. */
function readBearer(authorization: string | string[] | undefined): string | undefined {
  if (typeof authorization !== 'string') return undefined
  const match = /^bearer +(\S+)$/i.exec(authorization)
  return match?.[1]
}
