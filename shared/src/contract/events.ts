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
import { subscription } from './define.ts'

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
}

/** The procedures of `events`. */
export interface EventsContract extends Readonly<typeof events> {}
