import { InstantSchema, type RoomEvent } from '@roomkey/shared'
import { z } from 'zod'
import { invalidField } from '../core/video-error.ts'

/** Where in a room's log a page ended: what its order goes by, no larger than its columns hold. */
const EventCursorSchema = z.tuple([InstantSchema, z.int32(), z.int()])

// It needs no signature: it can only say where in a log that the caller may read to go on.
export function formatEventCursor({ at, sequenceNumber, id }: RoomEvent): string {
  return Buffer.from(JSON.stringify([at, sequenceNumber ?? -1, Number(id)])).toString('base64url')
}

/** @throws VideoError `INVALID_INPUT` when it is not one of ours. */
export function parseEventCursor(cursor: string): [at: string, sequence: number, id: number] {
  try {
    return EventCursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw invalidField('cursor', 'not a cursor of this list: pass nextCursor as it came', cause)
  }
}
