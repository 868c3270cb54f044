import type { z } from 'zod'
import { count, wholeNumber } from './variable.ts'
import { WEBHOOK_VARIABLES, toWebhookConfig, type WebhookConfig } from './webhook.ts'

/** The log of events. */
export type EventConfig = {
  /** How long events are kept. */
  days: number
  /** Pause between two comparisons with what Twilio's REST API knows; `null`: it is not asked. */
  reconcileSeconds: number | null
  /** Where events are forwarded to; by default nowhere. */
  webhook?: WebhookConfig | undefined
}

export const EVENT_VARIABLES = {
  EVENTS_DAYS: wholeNumber(1, 3650).default(30),
  EVENTS_RECONCILE_SECONDS: count().optional(),
  ...WEBHOOK_VARIABLES,
}

type EventVariables = z.output<z.ZodObject<typeof EVENT_VARIABLES>>

export function toEventConfig(variables: EventVariables): EventConfig {
  const { EVENTS_DAYS, EVENTS_RECONCILE_SECONDS = 60 } = variables
  return { days: EVENTS_DAYS, reconcileSeconds: EVENTS_RECONCILE_SECONDS, webhook: toWebhookConfig(variables) }
}
