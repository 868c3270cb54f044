import { z } from 'zod'
import { ACCESS_VARIABLES, findAccessProblems, toAccessConfig, type AccessConfig } from './access.ts'
import { COMPAT_VARIABLES, findCompatProblems, toCompatConfig, type CompatConfig } from './compat.ts'
import type { DeploymentContext } from './deployment.ts'
import { PROXY_VARIABLES, foldProxyNames, toHttpProxy, type HttpProxy } from './proxy.ts'
import { CREDENTIALS, TWILIO_VARIABLES, findTwilioProblems, isEmulator, toVideo, type VideoConfig } from './twilio.ts'
import { findUnknownVariables, type UnknownVariable } from './unknown-variables.ts'
import { EVENT_VARIABLES, toEventConfig, type EventConfig } from './events.ts'
import { hostNames } from './hosts.ts'
import { origins } from './origins.ts'
import { publicUrl } from './public-url.ts'
import { wholeNumber } from './variable.ts'
import { findWebhookProblems } from './webhook.ts'

/** Everything the server can be told. Made by {@link parseConfig}, or by hand when the server is used as a library. */
export type Config = {
  port: number
  host: string
  video: VideoConfig
  /** Origins whose pages may call the server, exactly as browsers send them. */
  corsOrigins: string[]
  /** Whether those pages may call with the cookies that the user's browser has for the server. */
  corsCredentials: boolean
  /** Names by which callers may call a server that is open on this machine, besides the machine's own. */
  allowedHosts: string[]
  /** The server's address as browsers see it, when they do not see it directly; no slash at the end. */
  publicUrl: string | undefined
  logLevel: (typeof LOG_LEVELS)[number]
  /** Milliseconds for one call to Twilio, retries included. */
  twilioTimeoutMs: number
  /** What requests to Twilio go through; by default nothing. */
  proxy?: HttpProxy | undefined
  /** Who may enter, and how much one caller may take. */
  access: AccessConfig
  /** The log of events. */
  events: EventConfig
  /** Foreign wires besides its own; by default none. */
  compat: CompatConfig
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const

// Always this machine only, with Twilio credentials too: reaching further is a decision, made by name. The
// container image sets HOST=0.0.0.0.
const DEFAULT_HOST = '127.0.0.1'

const EnvironmentSchema = z.object({
  PORT: wholeNumber(0, 65_535).default(5000),
  HOST: z.string().default(DEFAULT_HOST),
  ...TWILIO_VARIABLES,
  CORS_ORIGINS: origins(),
  CORS_CREDENTIALS: z.enum(['true', 'false'], 'must be true or false').default('false'),
  ALLOWED_HOSTS: hostNames(),
  PUBLIC_URL: publicUrl().optional(),
  LOG_LEVEL: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`).default('info'),
  ...PROXY_VARIABLES,
  ...ACCESS_VARIABLES,
  ...EVENT_VARIABLES,
  ...COMPAT_VARIABLES,
})

/** The name of every variable the server reads. */
export const VARIABLE_NAMES: readonly string[] = Object.keys(EnvironmentSchema.shape)

/** What is set, is not read, and was probably meant as one of {@link VARIABLE_NAMES}. */
export function findMisspelled(environment: Readonly<Record<string, string | undefined>>): UnknownVariable[] {
  return findUnknownVariables(Object.keys(environment), VARIABLE_NAMES)
}

/** Every problem of an environment at once, in words a person can act on. */
export class ConfigError extends Error {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`
    super(`The environment has ${count}:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`)
    this.name = 'ConfigError'
    this.problems = problems
  }
}

/**
 * Reads the configuration from environment variables. An empty variable counts as not set, as in `.env` files.
 * With none of the three Twilio credentials, the emulator inside the process is used; with all, Twilio.
 *
 * @param options `hasSignIn`: callers are known by an `authenticate` given to `createRoomkey` or `buildApp`, so that the
 * environment need not name a sign-in; default false.
 * @throws ConfigError naming every variable at fault.
 */
export function parseConfig(
  environment: Readonly<Record<string, string | undefined>>,
  { hasSignIn = false }: { hasSignIn?: boolean } = {},
): Config {
  const named = Object.entries(foldProxyNames(environment))
  const variables = Object.fromEntries(named.flatMap(([name, value]) => (value?.trim() ? [[name, value.trim()]] : [])))
  const parsed = EnvironmentSchema.safeParse(variables)
  const deployment = { isEmulator: isEmulator(variables), host: variables['HOST'] ?? DEFAULT_HOST, hasSignIn }
  const problems = [
    ...findTwilioProblems(variables),
    ...(deployment.isEmulator ? findMisspelledCredentials(variables) : []),
    ...(parsed.error?.issues.map(describe) ?? []),
    ...findAccessProblems(variables, deployment),
    ...findWebhookProblems(variables),
    ...findCompatProblems(variables),
  ]
  if (!parsed.success || problems.length > 0) throw new ConfigError(problems)
  return toConfig(parsed.data, deployment)
}

/** Credentials under a wrong name would start an emulator, which is more open than what was meant. */
function findMisspelledCredentials(variables: Record<string, string>): string[] {
  return findMisspelled(variables)
    .filter(({ meant }) => CREDENTIALS.some((name) => name === meant))
    .map(({ name, meant }) => `${name} is not read: it is called ${meant}`)
}

function toConfig(variables: z.output<typeof EnvironmentSchema>, deployment: DeploymentContext): Config {
  return {
    port: variables.PORT,
    host: variables.HOST,
    video: toVideo(variables),
    corsOrigins: variables.CORS_ORIGINS,
    corsCredentials: variables.CORS_CREDENTIALS === 'true',
    allowedHosts: variables.ALLOWED_HOSTS,
    publicUrl: variables.PUBLIC_URL,
    logLevel: variables.LOG_LEVEL,
    twilioTimeoutMs: variables.TWILIO_TIMEOUT_MS,
    proxy: toHttpProxy(variables),
    access: toAccessConfig(variables, deployment, variables.PASSCODE !== undefined),
    events: toEventConfig(variables),
    compat: toCompatConfig(variables),
  }
}

// Never the value: it may be a secret, and it is on the operator's own screen.
function describe({ path, message }: z.core.$ZodIssue): string {
  return `${String(path[0])}: ${message}`
}
