import type { RoomEvent } from '@roomkey/shared'

/** An event before the log has given it its id. */
export type NewEvent = RoomEvent extends infer TEvent ? (TEvent extends RoomEvent ? Omit<TEvent, 'id'> : never) : never
