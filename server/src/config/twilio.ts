import { AccountSidSchema, ApiKeySidSchema } from '@roomkey/shared'
import { z } from 'zod'
import { parseJson } from '../core/parse-json.ts'
import { baseUrl, milliseconds, secret, wholeNumber } from './variable.ts'

/** What opens one Twilio account, and where its Video API is. */
export type TwilioCredentials = {
  accountSid: string
  apiKeySid: string
  apiKeySecret: string
  /** Another base URL for Twilio's Video API, such as an emulator's; Twilio's own when left out. */
  videoUrl?: string | undefined
}

/** A STUN or TURN server, as WebRTC's `RTCIceServer`. */
export type IceServer = z.output<typeof IceServerSchema>

/** How media travel on the emulator inside; what is left out is the emulator's own default. */
export type EmulatorMedia = {
  /** Through the emulator in group rooms, or from browser to browser in all. */
  media?: 'forwarding' | 'mesh' | undefined
  /** UDP ports, of which one is used. */
  mediaPorts?: [first: number, last: number] | undefined
  /** Where browsers send media, where it is not an address of this machine, as in a container. */
  mediaAddress?: string | undefined
}

/** Twilio's account, or the emulator inside the process. */
export type VideoConfig =
  | ({ kind: 'emulator'; iceServers?: IceServer[] | undefined; secret?: string | undefined } & EmulatorMedia)
  | {
      kind: 'twilio'
      credentials: TwilioCredentials
      authToken?: string | undefined
      /** The token before, while Twilio may still sign with it. */
      previousAuthToken?: string | undefined
      /** What this server may ask of it in a second; by default as much as is taken. */
      quota?: { readsPerSecond: number; writesPerSecond: number } | undefined
    }

const IceServerSchema = z.strictObject({
  urls: z.union([z.string(), z.array(z.string())]),
  username: z.string().optional(),
  credential: z.string().optional(),
})

export const TWILIO_VARIABLES = {
  TWILIO_ACCOUNT_SID: AccountSidSchema.optional(),
  TWILIO_API_KEY: ApiKeySidSchema.optional(),
  TWILIO_API_SECRET: secret().optional(),
  TWILIO_AUTH_TOKEN: secret().optional(),
  TWILIO_AUTH_TOKEN_PREVIOUS: secret().optional(),
  TWILIO_VIDEO_URL: baseUrl().optional(),
  // Signs the access tokens and status callbacks of the emulator inside; by default a new one every start.
  EMULATOR_SECRET: secret().min(32, 'must hold at least 32 characters').optional(),
  EMULATOR_MEDIA: z.enum(['forwarding', 'mesh'], 'must be forwarding or mesh').optional(),
  EMULATOR_MEDIA_PORTS: z
    .string()
    .regex(/^\d{1,5}(?:-\d{1,5})?$/, 'must be a port, or a range such as 40000-40010')
    .transform(toPorts)
    .refine(([first, last]) => first >= 1 && first <= last && last <= 65_535, 'must be ports from 1 to 65535, in order')
    .optional(),
  EMULATOR_MEDIA_ADDRESS: z.union([z.ipv4(), z.ipv6()], 'must be an IP address').optional(),
  TWILIO_TIMEOUT_MS: milliseconds(100).default(30_000),
  TWILIO_READS_PER_SECOND: perSecond().optional(),
  TWILIO_WRITES_PER_SECOND: perSecond().optional(),
  ICE_SERVERS: z
    .string()
    .transform((text, context) => parseJson(text) ?? context.addIssue('must be JSON'))
    .pipe(z.array(IceServerSchema, 'must be a JSON list of { urls, username?, credential? }'))
    .optional(),
}

type TwilioVariables = z.output<z.ZodObject<typeof TWILIO_VARIABLES>>

/** All three, or none: then the emulator is meant. */
export const CREDENTIALS = ['TWILIO_ACCOUNT_SID', 'TWILIO_API_KEY', 'TWILIO_API_SECRET'] as const

/** Whether no credential is set: the emulator is meant. */
export function isEmulator(variables: Readonly<Record<string, unknown>>): boolean {
  return CREDENTIALS.every((name) => variables[name] === undefined)
}

/** What is missing where some of Twilio's variables are set. */
export function findTwilioProblems(variables: Readonly<Record<string, unknown>>): string[] {
  const missing = CREDENTIALS.filter((name) => variables[name] === undefined)
  if (missing.length === 0) return []
  const needed =
    'Twilio needs all of TWILIO_ACCOUNT_SID, TWILIO_API_KEY and TWILIO_API_SECRET; set none of them to use the emulator'
  if (missing.length < CREDENTIALS.length) return missing.map((name) => `${name} is missing. ${needed}`)
  if (variables['TWILIO_VIDEO_URL'] === undefined) return []
  return [`TWILIO_VIDEO_URL is set, but the Twilio credentials are not. ${needed}`]
}

export function toVideo(variables: TwilioVariables): VideoConfig {
  const { TWILIO_ACCOUNT_SID: accountSid, TWILIO_API_KEY: apiKeySid, TWILIO_API_SECRET: apiKeySecret } = variables
  if (accountSid === undefined || apiKeySid === undefined || apiKeySecret === undefined) {
    return {
      kind: 'emulator',
      iceServers: variables.ICE_SERVERS,
      secret: variables.EMULATOR_SECRET,
      media: variables.EMULATOR_MEDIA,
      mediaPorts: variables.EMULATOR_MEDIA_PORTS,
      mediaAddress: variables.EMULATOR_MEDIA_ADDRESS,
    }
  }
  return {
    kind: 'twilio',
    credentials: { accountSid, apiKeySid, apiKeySecret, videoUrl: variables.TWILIO_VIDEO_URL },
    authToken: variables.TWILIO_AUTH_TOKEN,
    previousAuthToken: variables.TWILIO_AUTH_TOKEN_PREVIOUS,
    quota: toQuota(variables),
  }
}

/** Twilio's own quota. Source: Twilio "Programmable Video Limits". */
const TWILIO_QUOTA = { readsPerSecond: 80, writesPerSecond: 20 }

/** An emulator has no quota, unless it is given one. */
function toQuota(variables: TwilioVariables): typeof TWILIO_QUOTA | undefined {
  const { TWILIO_READS_PER_SECOND: readsPerSecond, TWILIO_WRITES_PER_SECOND: writesPerSecond } = variables
  const isGiven = readsPerSecond !== undefined || writesPerSecond !== undefined
  if (variables.TWILIO_VIDEO_URL !== undefined && !isGiven) return undefined
  return {
    readsPerSecond: readsPerSecond ?? TWILIO_QUOTA.readsPerSecond,
    writesPerSecond: writesPerSecond ?? TWILIO_QUOTA.writesPerSecond,
  }
}

function perSecond() {
  return wholeNumber(1, 100_000)
}

function toPorts(text: string): [first: number, last: number] {
  const [first = 0, last = first] = text.split('-').map(Number)
  return [first, last]
}
