import { z } from 'zod'

/** The log of events. */
export type EventConfig = {
  /** How long events are kept. */
  days: number
}

export const EVENT_VARIABLES = {
  EVENTS_DAYS: z.coerce.number().pipe(z.int().min(1).max(3650)).default(30),
}

type EventVariables = z.output<z.ZodObject<typeof EVENT_VARIABLES>>

export function toEventConfig({ EVENTS_DAYS }: EventVariables): EventConfig {
  return { days: EVENTS_DAYS }
}
