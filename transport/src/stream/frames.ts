import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'

// Server-sent events. A frame ends in three line feeds: tRPC's own, kept so that the bytes are the same.
// Source: the HTML standard, "Server-sent events"; `connected`, `ping`, `serialized-error`, `return` and `restore-id` are
// tRPC's.

/** `json` is `undefined` for a value JSON cannot hold; the wire then says so in letters, as stock does. */
export function dataFrame(json: string | undefined, id?: string): string {
  return id === undefined ? `data: ${json}\n\n\n` : `data: ${json}\nid: ${id}\n\n\n`
}

/**
 * `EventSource` gives an event without an id the last id it saw. So an untracked event that follows a tracked one
 * clears the id, and an event nobody listens to sets it back for the next reconnect.
 */
export function untrackedFrames(json: string | undefined, lastEventId: string): string {
  return `${dataFrame(json, '')}event: restore-id\ndata: \nid: ${lastEventId}\n\n\n`
}

/** Bytes that go to many responses, encoded once: bare, and wrapped as one HTTP/1.1 chunk. */
export type SharedFrame = { readonly bytes: Buffer; readonly chunk: Buffer }

/** Encodes a text for {@link writeShared}. */
export function shareFrame(text: string): SharedFrame {
  const bytes = Buffer.from(text)
  return { bytes, chunk: Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]) }
}

/** What a stream says besides its events. */
export type ControlFrames = {
  /** First, so that a client knows that it is connected. */
  opening: string
  /** That the connection is alive. */
  ping: SharedFrame
  /** Why the source failed: JSON, for the client's eyes. */
  error(json: string | undefined): string
  /** That there is no more to say, so that a client does not come back. */
  ending: string
}

/** As tRPC's `httpSubscriptionLink` reads them; `client` tells it when it should give up on a silent stream. */
export function trpcFrames(client: unknown): ControlFrames {
  return {
    opening: `event: connected\ndata: ${JSON.stringify(client ?? {})}\n\n\n`,
    ping: shareFrame('event: ping\ndata: \n\n\n'),
    error: (json) => `event: serialized-error\ndata: ${json}\n\n\n`,
    ending: 'event: return\ndata: \n\n\n',
  }
}

/** For any other client: comments, an event named `error`, and an end without a word. */
export const PLAIN_FRAMES: ControlFrames = {
  opening: ':\n\n',
  ping: shareFrame(':\n\n'),
  error: (json) => `event: error\ndata: ${json}\n\n`,
  ending: '',
}

/**
 * Writes a shared frame. `ServerResponse.write` would compute and write the chunk's length, its data and its end
 * one by one for every reader; once the head is out, the same bytes may go to the socket as they are. Where there is
 * no socket (HTTP/2, `app.inject`), the response takes them.
 */
export function writeShared(response: ServerResponse, frame: SharedFrame): void {
  const { socket } = response
  if (response.headersSent && response.chunkedEncoding && socket instanceof Socket) socket.write(frame.chunk)
  else response.write(frame.bytes)
}
