import { BlockList, isIP, isIPv6 } from 'node:net'
import { z } from 'zod'
import { API_KEY_NAME } from './api-key.ts'

/** Signature algorithms a sign-in may use: with public keys, and with a shared secret. Source: RFC 7518, RFC 8037. */
export const KEY_ALGORITHMS = [
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
export const SECRET_ALGORITHMS = ['HS256', 'HS384', 'HS512'] as const

/** The environment variables of access, storage and limits; the server's schema spreads them into its own. */
export const ACCESS_VARIABLES = {
  API_KEYS: list().pipe(
    z.array(
      z.string().regex(/^[^:]+:[0-9a-f]{64}$/, 'each must be a line that "npm run keys -- create <name>" printed'),
    ),
  ),
  AUTH_JWKS_URL: z
    .url('must be a URL')
    .refine((url) => isSafeToFetch(new URL(url)), 'must be an https URL, or http on this machine')
    .optional(),
  AUTH_JWT_SECRET: z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, 'must hold at least 32 bytes, or it can be guessed')
    .optional(),
  AUTH_ISSUER: z.string().optional(),
  AUTH_AUDIENCE: z.string().optional(),
  AUTH_ALGORITHMS: list().pipe(z.array(z.enum([...KEY_ALGORITHMS, ...SECRET_ALGORITHMS]))),
  AUTH_IDENTITY_CLAIM: z.string().default('sub'),
  AUTH_ROLES_CLAIM: z.string().default('roles'),
  AUTH_ADMIN_ROLE: z.string().default('admin'),
  OPEN_ACCESS: z.enum(['true', 'false'], 'must be true or false').optional(),
  DATA_DIR: z.string().optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  TRUST_PROXY: list().pipe(
    z.array(z.string().refine(isAddressRange, 'each must be an IP address or a range like 10.0.0.0/8')),
  ),
  RATE_LIMIT_CALLS: count().optional(),
  RATE_LIMIT_TOKENS: count().optional(),
  RATE_LIMIT_INVITES: count().optional(),
  RATE_LIMIT_ADDRESS: count().optional(),
  MAX_CONNECTIONS_PER_ADDRESS: count().optional(),
  MAX_STREAMS_PER_CALLER: count().optional(),
  REQUEST_TIMEOUT_MS: milliseconds(1000).default(30_000),
  HEADERS_TIMEOUT_MS: milliseconds(1000).default(10_000),
  MAX_EVENT_LOOP_DELAY_MS: count().optional(),
  AUDIT_DAYS: z.coerce.number().pipe(z.int().min(1).max(3650)).default(90),
}

export type AccessVariables = z.output<z.ZodObject<typeof ACCESS_VARIABLES>>

/** How an entry of `API_KEYS` reads: the key's name, and the SHA-256 of the key. */
export function parseApiKeyEntry(entry: string): [hash: string, name: string] {
  const end = entry.indexOf(':')
  return [entry.slice(end + 1), entry.slice(0, end)]
}

/** What is wrong with the names in `API_KEYS`, if anything. */
export function findApiKeyProblems(entries: string[]): string[] {
  const names = entries.map((entry) => parseApiKeyEntry(entry)[1])
  const bad = names.filter((name) => !API_KEY_NAME.test(name))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...bad.map(
      (name) => `API_KEYS: "${name}" is not a name: letters, digits, dots, dashes and underscores, at most 64`,
    ),
    ...twice.map((name) => `API_KEYS: two keys are named "${name}"; the audit log could not tell them apart`),
  ]
}

function list() {
  return z
    .string()
    .default('')
    .transform((text) => text.split(',').flatMap((item) => item.trim() || []))
}

/** A whole number, or `off` for no limit. */
function count() {
  return z
    .string()
    .regex(/^(off|[1-9][0-9]{0,8})$/, 'must be a whole number from 1, or off')
    .transform((text) => (text === 'off' ? null : Number(text)))
}

function milliseconds(min: number) {
  return z.coerce.number().pipe(z.int().min(min).max(600_000))
}

// Whoever answers for the keys decides who gets in: plain http would let the network decide.
function isSafeToFetch({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))
}

/** Whether a host name is this machine and no other. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || (isIP(host) === 4 && host.startsWith('127.'))
}

function isAddressRange(range: string): boolean {
  const [address = '', bits, ...rest] = range.split('/')
  if (isIP(address) === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  if (!/^\d{1,3}$/.test(bits)) return false
  try {
    new BlockList().addSubnet(address, Number(bits), isIPv6(address) ? 'ipv6' : 'ipv4')
    return true
  } catch {
    return false
  }
}
