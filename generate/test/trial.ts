import { mutation, query, subscription } from '@roomkey/shared'
import { z } from 'zod'

// A contract on trial, with one procedure of each kind, and what Roomkey's own has no example of yet.

export const TickSchema = z.object({
  id: z.string().describe('What a subscription goes on after.'),
  count: z.int(),
  note: z.string().optional(),
})
export interface Tick extends z.output<typeof TickSchema> {}

export const WatchInputSchema = z.strictObject({ room: z.string(), lastEventId: z.string().optional() })
export interface WatchInput extends z.input<typeof WatchInputSchema> {}

export const TickListSchema = z.object({ ticks: z.array(TickSchema) })
export interface TickList extends z.output<typeof TickListSchema> {}

export const ListTicksInputSchema = z.strictObject({ room: z.string(), limit: z.int().min(1).max(9).default(5) })
export interface ListTicksInput extends z.input<typeof ListTicksInputSchema> {}

export const ticks = {
  list: query<ListTicksInput, TickList>()({
    input: ListTicksInputSchema,
    output: TickListSchema,
    summary: 'Lists ticks',
    errors: ['ROOM_NOT_FOUND'],
    http: { method: 'GET', path: '/rooms/{room}/ticks' },
    example: { room: 'it’s "mine"', limit: 2 },
  }),
  watch: subscription<WatchInput, Tick>()({
    input: WatchInputSchema,
    output: TickSchema,
    summary: 'Counts',
    description: 'One more each second.',
    errors: ['ROOM_NOT_FOUND'],
    http: { method: 'GET', path: '/rooms/{room}/ticks/events' },
    example: { room: 'standup' },
  }),
  reset: mutation<undefined, Tick>()({
    input: null,
    output: TickSchema,
    summary: 'Begins anew',
    errors: [],
    http: { method: 'POST', path: '/ticks/reset', status: 202 },
    idempotent: true,
  }),
}

export const trial = { ticks }
