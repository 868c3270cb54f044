import { importJWK, type JWK } from 'jose'
import type { AccessConfig } from '../../config/access.ts'
import type { Config } from '../../config/config.ts'
import { discoverKeySet } from '../../identity/discovery.ts'
import { fetchKeySet } from '../../identity/key-set.ts'
import { failed, ok, warning, type Finding } from './finding.ts'

/** Whether callers can be told apart, and whether the sign-in publishes keys that fit. */
export async function checkSignIn({ access }: Config, signal: AbortSignal): Promise<Finding> {
  const { signIn } = access
  if (access.openAccess) return warning('OPEN_ACCESS=true: whoever reaches the server may do everything')
  if (signIn === undefined) return access.hasSignIn ? ok(OWN_CODE) : withoutSignIn(access)
  if (signIn.keys.kind === 'secret') return ok('users are known by AUTH_JWT_SECRET')
  const { keys: found } = signIn
  const variable = found.kind === 'url' ? 'AUTH_JWKS_URL' : 'AUTH_ISSUER'
  let keys: JWK[]
  try {
    const url = found.kind === 'url' ? found.url : await discoverKeySet(found.issuer, { signal })
    keys = (await fetchKeySet(url, { signal, redirect: 'manual' })).keys
  } catch (error) {
    const advice =
      found.kind === 'url'
        ? 'it must be the jwks_uri of your sign-in'
        : 'it must be the issuer of your sign-in, as its tokens name it; or set AUTH_JWKS_URL'
    return failed(`${variable} answers with no keys (${reasonOf(error)}): ${advice}`)
  }
  const fitting = await Promise.all(keys.map((key) => isFitting(key, signIn.algorithms)))
  if (fitting.includes(true)) {
    return ok(`${variable} has ${fitting.filter(Boolean).length} fitting of ${keys.length} keys`)
  }
  return failed(
    `${variable} has ${keys.length} keys, none of them for ${signIn.algorithms.join(', ')}: set AUTH_ALGORITHMS to ` +
      'what your sign-in signs with',
  )
}

const OWN_CODE = 'users are known by code of yours, which is not looked at here'

function withoutSignIn({ apiKeys, open }: AccessConfig): Finding {
  if (apiKeys.size > 0) return ok('backends are known by API_KEYS; there is no sign-in for users')
  return open
    ? ok('everybody on this machine may do everything, and nobody else reaches the server')
    : failed('nobody may call: set AUTH_ISSUER, AUTH_JWT_SECRET or API_KEYS, or say --own-sign-in')
}

/** A key of a kind that some accepted algorithm takes, meant for signatures. Source: RFC 7517, 4.2 and 4.4. */
async function isFitting(key: JWK, algorithms: readonly string[]): Promise<boolean> {
  if (key.use !== undefined && key.use !== 'sig') return false
  const fitting = algorithms.filter((name) => (key.alg === undefined || key.alg === name) && takes(name, key))
  const imports = fitting.map(async (name) => importJWK(key, name))
  return (await Promise.allSettled(imports)).some(({ status }) => status === 'fulfilled')
}

const CURVES: Readonly<Record<string, string>> = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521', EdDSA: 'Ed25519' }

function takes(algorithm: string, { kty, crv }: JWK): boolean {
  if (/^[RP]S/.test(algorithm)) return kty === 'RSA'
  return kty === (algorithm === 'EdDSA' ? 'OKP' : 'EC') && crv === CURVES[algorithm]
}

/** What it says itself, or the code beneath "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.message
}
