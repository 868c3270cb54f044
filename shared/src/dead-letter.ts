import { z } from 'zod'
import { EventIdSchema, RoomEventSchema } from './event.ts'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'

/** The most events that one call of `events.redeliver` sends. */
export const MAX_REDELIVERIES = 100

/** An event that the team's backend did not take. */
export const DeadLetterSchema = z.object({
  event: RoomEventSchema,
  failedAt: InstantSchema.describe('When it was given up.'),
  attempts: z.int().describe('How often it was tried.'),
  error: z.string().describe('Why the last attempt failed.'),
})

/** An event that the team's backend did not take. */
export interface DeadLetter extends z.output<typeof DeadLetterSchema> {}

/** Input of `events.deadLetters`. */
export const ListDeadLettersInputSchema = z.strictObject({ ...pageInput }).prefault({})

/** Input of `events.deadLetters`. */
export interface ListDeadLettersInput extends NonNullable<z.input<typeof ListDeadLettersInputSchema>> {}

/** Output of `events.deadLetters`. */
export const DeadLetterListSchema = z.object({ deadLetters: z.array(DeadLetterSchema), nextCursor: NextCursorSchema })

/** One page of events that were not taken, in the order of their ids. */
export interface DeadLetterList extends z.output<typeof DeadLetterListSchema> {}

/** Input of `events.redeliver`. */
export const RedeliverInputSchema = z.strictObject({
  ids: z.array(EventIdSchema).min(1).max(MAX_REDELIVERIES).describe('The ids of the events.'),
})

/** Input of `events.redeliver`: which events. */
export interface RedeliverInput extends z.input<typeof RedeliverInputSchema> {}

/** Output of `events.redeliver`. */
export const RedeliverySchema = z.object({
  delivered: z.array(EventIdSchema).describe('Those that were taken: they are no dead letters any more.'),
  failed: z.array(z.object({ id: EventIdSchema, error: z.string() })).describe('Those that were not, and why.'),
})

/** What became of events that were sent once more. */
export interface Redelivery extends z.output<typeof RedeliverySchema> {}
