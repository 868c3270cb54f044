import { z } from 'zod'
import { count } from './variable.ts'

/** The log of events. */
export type EventConfig = {
  /** How long events are kept. */
  days: number
  /** Pause between two comparisons with what Twilio's REST API knows; `null`: it is not asked. */
  reconcileSeconds: number | null
}

export const EVENT_VARIABLES = {
  EVENTS_DAYS: z.coerce.number().pipe(z.int().min(1).max(3650)).default(30),
  EVENTS_RECONCILE_SECONDS: count().optional(),
}

type EventVariables = z.output<z.ZodObject<typeof EVENT_VARIABLES>>

export function toEventConfig({ EVENTS_DAYS, EVENTS_RECONCILE_SECONDS = 60 }: EventVariables): EventConfig {
  return { days: EVENTS_DAYS, reconcileSeconds: EVENTS_RECONCILE_SECONDS }
}
