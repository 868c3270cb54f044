import { VideoError } from '../errors/video-error.ts'

/** A place in a list that is newest first: the instant and id of the last item shown. */
export type Place = { at: string; id: string }

/** Packs a place into an opaque cursor. It needs no signature: it can only say where in the caller's own list to go on. */
export function formatPlace({ at, id }: Place): string {
  return Buffer.from(JSON.stringify([at, id])).toString('base64url')
}

/** @throws VideoError `INVALID_INPUT` when it is no cursor of ours. */
export function parsePlace(cursor: string): Place {
  try {
    const place: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(place) && typeof place[0] === 'string' && typeof place[1] === 'string') {
      return { at: place[0], id: place[1] }
    }
  } catch {
    // Not JSON: not a cursor of ours, as below.
  }
  const message = 'not a cursor of this list: pass nextCursor as it came'
  throw new VideoError('INVALID_INPUT', `Invalid input: cursor: ${message}`, { fields: [{ path: 'cursor', message }] })
}
