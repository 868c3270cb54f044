import { z } from 'zod'
import { hostNames } from './hosts.ts'
import { list, splitList } from './variable.ts'

/** Where events are forwarded to. */
export type WebhookConfig = {
  url: string
  /** Each signs: two, while the receiver changes from one to the other. */
  secrets: string[]
  /** Names and addresses of hosts that may be on a private network, and be spoken to without TLS. */
  privateHosts: string[]
  /** After so long a message is given up. */
  retryHours: number
}

const RETRY_HOURS = 'must be hours, from 0 to 72'

/** Standard Webhooks: 24 to 64 random bytes. */
const SECRET = /^whsec_(?:[A-Za-z0-9+/]{4}){8,21}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

export const WEBHOOK_VARIABLES = {
  EVENTS_WEBHOOK_URL: z
    .url({ protocol: /^https?$/, error: 'must be an http or https URL', abort: true })
    .refine((url) => !/[#@]/.test(url), 'must have no fragment or credentials')
    .optional(),
  EVENTS_WEBHOOK_SECRET: list().pipe(
    z
      .array(z.string().regex(SECRET, 'must be whsec_ and 24 to 64 random bytes in base64'))
      .max(2, 'must be two at most'),
  ),
  EVENTS_WEBHOOK_PRIVATE_HOSTS: hostNames(),
  EVENTS_WEBHOOK_RETRY_HOURS: z.coerce.number(RETRY_HOURS).min(0, RETRY_HOURS).max(72, RETRY_HOURS).default(6),
}

type WebhookVariables = z.output<z.ZodObject<typeof WEBHOOK_VARIABLES>>
type RawVariables = Partial<Record<keyof WebhookVariables, string>>

/** What is wrong with the variables together. */
export function findWebhookProblems({
  EVENTS_WEBHOOK_URL: url,
  EVENTS_WEBHOOK_SECRET: secret,
  EVENTS_WEBHOOK_PRIVATE_HOSTS: privateHosts = '',
}: RawVariables): string[] {
  if (url === undefined) {
    return secret === undefined ? [] : ['EVENTS_WEBHOOK_SECRET is set, but EVENTS_WEBHOOK_URL is not']
  }
  const problems =
    secret === undefined
      ? [
          'EVENTS_WEBHOOK_SECRET is missing: it signs what is sent to EVENTS_WEBHOOK_URL. ' +
            `Make one: node -p "'whsec_' + crypto.randomBytes(32).toString('base64')"`,
        ]
      : []
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '' }
  if (protocol === 'http:' && !splitList(privateHosts).includes(hostname)) {
    problems.push(
      `EVENTS_WEBHOOK_URL: events go over https, except to a host of your own that is named in EVENTS_WEBHOOK_PRIVATE_HOSTS`,
    )
  }
  return problems
}

export function toWebhookConfig(variables: WebhookVariables): WebhookConfig | undefined {
  const { EVENTS_WEBHOOK_URL: url, EVENTS_WEBHOOK_SECRET: secrets } = variables
  if (url === undefined || secrets.length === 0) return undefined
  return {
    url,
    secrets,
    privateHosts: variables.EVENTS_WEBHOOK_PRIVATE_HOSTS,
    retryHours: variables.EVENTS_WEBHOOK_RETRY_HOURS,
  }
}
