import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** One thing that the command line, or else the environment, can set. */
export type Setting = {
  flag: string
  env: string
  /** What stands for its value in the help; without one it is a switch. */
  value?: string
  help: string
}

/** All that can be set, in the order of the help. */
export const SETTINGS = {
  host: { flag: 'host', env: 'EMULATOR_HOST', value: 'HOST', help: 'address to listen on; default 127.0.0.1' },
  allowedHosts: {
    flag: 'allowed-hosts',
    env: 'ALLOWED_HOSTS',
    value: 'NAMES',
    help: 'names by which this machine may call it, besides localhost and addresses; comma-separated',
  },
  port: {
    flag: 'port',
    env: 'EMULATOR_PORT',
    value: 'PORT',
    help: 'port to listen on, 0 for any free one; default 8080',
  },
  tlsCert: { flag: 'tls-cert', env: 'EMULATOR_TLS_CERT', value: 'FILE', help: 'PEM certificate: serve https and wss' },
  tlsKey: { flag: 'tls-key', env: 'EMULATOR_TLS_KEY', value: 'FILE', help: 'PEM key of the certificate' },
  accountSid: { flag: 'account-sid', env: 'TWILIO_ACCOUNT_SID', value: 'SID', help: 'the account' },
  authToken: { flag: 'auth-token', env: 'TWILIO_AUTH_TOKEN', value: 'TOKEN', help: 'its auth token' },
  apiKeySid: { flag: 'api-key', env: 'TWILIO_API_KEY', value: 'SID', help: 'API key that signs access tokens' },
  apiKeySecret: { flag: 'api-secret', env: 'TWILIO_API_SECRET', value: 'SECRET', help: 'its secret' },
  noAdHocRooms: { flag: 'no-ad-hoc-rooms', env: 'EMULATOR_NO_AD_HOC_ROOMS', help: 'let only REST create rooms' },
  largeRooms: { flag: 'large-rooms', env: 'EMULATOR_LARGE_ROOMS', help: 'let rooms be for more than 50' },
  quota: { flag: 'quota', env: 'EMULATOR_QUOTA', help: 'take 80 reads and 20 writes a second, as Twilio does' },
  iceServers: { flag: 'ice-servers', env: 'ICE_SERVERS', value: 'JSON', help: 'ICE servers: [{"urls": "stun:…"}]' },
  turn: { flag: 'turn', env: 'EMULATOR_TURN', help: 'run a TURN server and hand it to clients' },
  media: {
    flag: 'media',
    env: 'EMULATOR_MEDIA',
    value: 'WAY',
    help: 'forwarding, or mesh: from browser to browser; default forwarding',
  },
  mediaPorts: {
    flag: 'media-ports',
    env: 'EMULATOR_MEDIA_PORTS',
    value: 'A-B',
    help: 'UDP ports for media, of which one is used; default any',
  },
  mediaAddress: {
    flag: 'media-address',
    env: 'EMULATOR_MEDIA_ADDRESS',
    value: 'IP',
    help: "where browsers send media; default this machine's addresses",
  },
  sessionTimeout: {
    flag: 'session-timeout',
    env: 'EMULATOR_SESSION_TIMEOUT',
    value: 'SECONDS',
    help: 'how long a client may be without a connection; default 30',
  },
  statusCallback: {
    flag: 'status-callback',
    env: 'EMULATOR_STATUS_CALLBACK',
    value: 'URL',
    help: 'where ad-hoc rooms report their events',
  },
  statusCallbackMethod: {
    flag: 'status-callback-method',
    env: 'EMULATOR_STATUS_CALLBACK_METHOD',
    value: 'METHOD',
    help: 'GET or POST; default POST',
  },
} as const satisfies Record<string, Setting>

export type SettingName = keyof typeof SETTINGS

const text = z.string().min(1, 'must not be empty')
const toggle = z.enum(['true', 'false'], 'must be true or false').transform((word) => word === 'true')

const SettingsSchema = z
  .object({
    host: text,
    allowedHosts: text.transform((names) =>
      names
        .toLowerCase()
        .split(',')
        .flatMap((name) => name.trim() || []),
    ),
    port: integer(0, 65_535),
    tlsCert: pemFile(),
    tlsKey: pemFile(),
    accountSid: sid('AC'),
    authToken: text,
    apiKeySid: sid('SK'),
    apiKeySecret: text,
    noAdHocRooms: toggle,
    largeRooms: toggle,
    quota: toggle,
    iceServers: json().pipe(
      z.array(
        z.strictObject({
          urls: z.union([z.string(), z.array(z.string())]),
          username: z.string().optional(),
          credential: z.string().optional(),
        }),
        'must be a list of { urls, username?, credential? }',
      ),
    ),
    turn: toggle,
    media: z.enum(['forwarding', 'mesh'], 'must be forwarding or mesh'),
    mediaPorts: portRange(),
    mediaAddress: z.union([z.ipv4(), z.ipv6()], 'must be an IP address'),
    sessionTimeout: integer(1, 3600),
    statusCallback: z.url({ protocol: /^https?$/, error: 'must be an http or https URL' }),
    statusCallbackMethod: z.enum(['GET', 'POST'], 'must be GET or POST'),
  } satisfies Record<SettingName, z.ZodType<unknown, string>>)
  .partial()
  .refine(({ tlsCert, tlsKey }) => (tlsCert === undefined) === (tlsKey === undefined), {
    path: ['tlsCert'],
    error: 'certificate and key go together',
    when: () => true,
  })

export type Settings = z.infer<typeof SettingsSchema>

/** @throws SettingsError with every error at once */
export function parseSettings(values: Partial<Record<SettingName, string>>): Settings {
  const result = SettingsSchema.safeParse(values)
  if (result.success) return result.data
  const errors = result.error.issues.map(({ path, message }) => {
    const { flag, env } = SETTINGS[path[0] as SettingName]
    return `--${flag} (${env}) ${message}`
  })
  throw new SettingsError(errors)
}

/** Settings that cannot be used, with one sentence for each error. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly errors: readonly string[]

  constructor(errors: readonly string[]) {
    super(errors.join('\n'))
    this.errors = errors
  }
}

function integer(min: number, max: number) {
  const error = `must be a whole number from ${min} to ${max}`
  return z
    .string()
    .regex(/^\d{1,9}$/, error)
    .transform(Number)
    .pipe(z.int().min(min, error).max(max, error))
}

function portRange() {
  const error = 'must be a port from 1 to 65535, or two as in 40000-40010'
  return z
    .string()
    .regex(/^\d{1,5}(-\d{1,5})?$/, error)
    .transform((text): readonly [number, number] => {
      const [first = 0, last = first] = text.split('-').map(Number)
      return [first, last]
    })
    .refine(([first, last]) => first >= 1 && first <= last && last <= 65_535, error)
}

function sid(prefix: string) {
  return z.string().regex(new RegExp(`^${prefix}[0-9a-fA-F]{32}$`), `must be ${prefix} and 32 hexadecimal digits`)
}

function pemFile() {
  return text.transform((path, context) => {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      context.addIssue({ code: 'custom', message: `cannot be read: ${String(error)}` })
      return z.NEVER
    }
  })
}

function json() {
  return z.string().transform((source, context): unknown => {
    try {
      return JSON.parse(source)
    } catch {
      context.addIssue({ code: 'custom', message: 'must be JSON' })
      return z.NEVER
    }
  })
}
