import {
  DeadLetterListSchema,
  ListDeadLettersInputSchema,
  RedeliverInputSchema,
  RedeliverySchema,
  type DeadLetterList,
  type ListDeadLettersInput,
  type RedeliverInput,
  type Redelivery,
} from '../dead-letter.ts'
import { TWILIO_ERRORS } from '../error-code.ts'
import {
  FollowInputSchema,
  FollowedEventSchema,
  StreamedEventSchema,
  SubscribeInputSchema,
  type FollowInput,
  type FollowedEvent,
  type StreamedEvent,
  type SubscribeInput,
} from '../event-stream.ts'
import { mutation, query, subscription } from './define.ts'

/** What happens in more rooms than one. */
export const events = {
  subscribe: subscription<SubscribeInput | undefined, StreamedEvent>()({
    input: SubscribeInputSchema,
    output: StreamedEventSchema,
    summary: 'Tells what happens in every room, as it happens',
    description: 'For services and admins. As `rooms.events`, of all rooms on one connection.',
    errors: [],
    http: { method: 'GET', path: '/events' },
    example: { types: ['room-created', 'room-ended'] },
  }),
  follow: subscription<FollowInput, FollowedEvent>()({
    input: FollowInputSchema,
    output: FollowedEventSchema,
    summary: 'Tells what happens in several rooms, on one connection',
    description:
      'As `rooms.events`, of up to 100 rooms. A room that the caller may not, or may no longer, see ends with an entry ' +
      '`room-closed` that says why; the others go on. When none is left, the stream ends.',
    errors: [...TWILIO_ERRORS],
    http: { method: 'GET', path: '/events/follow' },
    example: { rooms: [{ sid: 'standup', lastEventId: '0' }, { sid: 'retro' }] },
  }),
  deadLetters: query<ListDeadLettersInput | undefined, DeadLetterList>()({
    input: ListDeadLettersInputSchema,
    output: DeadLetterListSchema,
    summary: 'Lists events that your backend did not take, oldest first',
    description:
      'For services and admins. Events that are forwarded to `EVENTS_WEBHOOK_URL` and were not taken within ' +
      '`EVENTS_WEBHOOK_RETRY_HOURS`; they are kept for as long as the log of events.',
    errors: [],
    http: { method: 'GET', path: '/events/dead-letters' },
    example: { limit: 20 },
  }),
  redeliver: mutation<RedeliverInput, Redelivery>()({
    input: RedeliverInputSchema,
    output: RedeliverySchema,
    summary: 'Sends events that your backend did not take once more',
    description: 'For services and admins. Each is tried once, in the order of ids, within 20 seconds.',
    errors: [],
    http: { method: 'POST', path: '/events/redeliver' },
    example: { ids: ['1764360000042'] },
    idempotent: true,
  }),
}

/** The procedures of `events`. */
export interface EventsContract extends Readonly<typeof events> {}
