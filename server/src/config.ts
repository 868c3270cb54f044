import { AccountSidSchema, ApiKeySidSchema } from '@roomkey/shared'
import { z } from 'zod'
import { findAccessProblems, toAccessConfig } from './access/config.ts'
import type { AccessConfig, Surroundings } from './access/config.ts'
import { ACCESS_VARIABLES } from './access/variables.ts'
import { PROXY_VARIABLES, foldProxyNames, toProxy, type Proxy } from './proxy.ts'
import type { TwilioCredentials } from './twilio/credentials.ts'

/** Everything the server can be told. Made by {@link parseConfig}, or by hand when the server is used as a library. */
export type Config = {
  port: number
  host: string
  /** Twilio's account, or the emulator inside the process. */
  video:
    | { kind: 'emulator'; iceServers?: IceServer[] | undefined }
    | { kind: 'twilio'; credentials: TwilioCredentials; authToken?: string | undefined }
  /** Origins whose pages may call the server, exactly as browsers send them. */
  corsOrigins: string[]
  /** The server's address as browsers see it, when they do not see it directly; no slash at the end. */
  publicUrl: string | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  /** Milliseconds for one call to Twilio, retries included. */
  twilioTimeoutMs: number
  /** What requests to Twilio go through; by default nothing. */
  proxy?: Proxy | undefined
  /** Who may enter, and how much one caller may take. */
  access: AccessConfig
}

/** A STUN or TURN server, as WebRTC's `RTCIceServer`. */
export type IceServer = z.output<typeof IceServerSchema>

const IceServerSchema = z.strictObject({
  urls: z.union([z.string(), z.array(z.string())]),
  username: z.string().optional(),
  credential: z.string().optional(),
})

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

// Always this machine only, with Twilio credentials too: reaching further is a decision, made by name. The
// container image sets HOST=0.0.0.0.
const DEFAULT_HOST = '127.0.0.1'

const TWILIO_VARIABLES = ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_API_SECRET'] as const

const EnvironmentSchema = z.object({
  PORT: z.coerce.number().pipe(z.int().min(0).max(65_535)).default(5000),
  HOST: z.string().default(DEFAULT_HOST),
  TWILIO_ACCOUNT_SID: AccountSidSchema.optional(),
  TWILIO_API_KEY: ApiKeySidSchema.optional(),
  TWILIO_API_SECRET: z.string().min(1).optional(),
  TWILIO_AUTH_TOKEN: z.string().min(1).optional(),
  TWILIO_VIDEO_URL: httpUrl().optional(),
  TWILIO_TIMEOUT_MS: z.coerce.number().pipe(z.int().min(100).max(600_000)).default(30_000),
  CORS_ORIGINS: z
    .string()
    .default('http://localhost:3000,http://localhost:5173')
    .transform((list) => list.split(',').flatMap((origin) => origin.trim() || []))
    .pipe(z.array(z.string().refine(isOrigin, 'each must be an origin, like https://app.example.com, with no path'))),
  PUBLIC_URL: httpUrl().optional(),
  ICE_SERVERS: z
    .string()
    .transform((text, context) => parseJson(text) ?? context.addIssue('must be JSON'))
    .pipe(z.array(IceServerSchema, 'must be a JSON list of { urls, username?, credential? }'))
    .optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS).default('info'),
  ...PROXY_VARIABLES,
  ...ACCESS_VARIABLES,
})

/** The name of every variable the server reads. */
export const VARIABLE_NAMES = Object.keys(EnvironmentSchema.shape)

/** Every fault of an environment at once, in words a person can act on. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(
      `The environment has ${problems.length === 1 ? 'a fault' : `${problems.length} faults`}:\n${toList(problems)}`,
    )
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as not set, as in `.env` files.
 * With none of the three Twilio credentials, the emulator inside the process is used; with all, Twilio.
 *
 * @throws ConfigError naming every variable at fault.
 */
export function parseConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const named = Object.entries(foldProxyNames(environment))
  const variables = Object.fromEntries(named.filter(([, value]) => value?.trim()))
  const parsed = EnvironmentSchema.safeParse(variables)
  const surroundings = {
    isEmulator: TWILIO_VARIABLES.every((name) => variables[name] === undefined),
    host: variables['HOST'] ?? DEFAULT_HOST,
  }
  const problems = [
    ...findMissing(variables),
    ...(parsed.error?.issues.map(describe) ?? []),
    ...findAccessProblems(variables, surroundings),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return toConfig(parsed.data, surroundings)
}

function toConfig(variables: z.output<typeof EnvironmentSchema>, surroundings: Surroundings): Config {
  return {
    port: variables.PORT,
    host: variables.HOST,
    video: toVideo(variables),
    corsOrigins: variables.CORS_ORIGINS,
    publicUrl: variables.PUBLIC_URL,
    logLevel: variables.LOG_LEVEL,
    twilioTimeoutMs: variables.TWILIO_TIMEOUT_MS,
    proxy: toProxy(variables),
    access: toAccessConfig(variables, surroundings),
  }
}

function toVideo(variables: z.output<typeof EnvironmentSchema>): Config['video'] {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_API_KEY: apiKeySid, TWILIO_API_SECRET: apiKeySecret } = variables
  if (accountSid === undefined || apiKeySid === undefined || apiKeySecret === undefined) {
    return { kind: 'emulator', iceServers: variables.ICE_SERVERS }
  }
  return {
    kind: 'twilio',
    credentials: { accountSid, apiKeySid, apiKeySecret, videoUrl: variables.TWILIO_VIDEO_URL },
    authToken: variables.TWILIO_AUTH_TOKEN,
  }
}

function findMissing(variables: Record<string, unknown>): string[] {
  const missing = TWILIO_VARIABLES.filter((name) => variables[name] === undefined)
  if (missing.length === 0) return []
  const needed =
    'Twilio needs all of TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET; set none of them to use the emulator'
  if (missing.length < TWILIO_VARIABLES.length) return missing.map((name) => `${name} is missing. ${needed}`)
  if (variables['TWILIO_VIDEO_URL'] === undefined) return []
  return [`TWILIO_VIDEO_URL is set, but the Twilio credentials are not. ${needed}`]
}

// Never the value: it may be a secret, and it is on the operator's own screen.
function describe({ path, message }: z.core.$ZodIssue): string {
  return `${String(path[0])}: ${message}`
}

function toList(problems: readonly string[]): string {
  return problems.map((problem) => `  - ${problem}`).join('\n')
}

function httpUrl() {
  return z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine((url) => !/[?#@]/.test(url), 'must have no query, fragment or credentials')
    .transform((url) => url.replace(/\/+$/, ''))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value
}
