import type { ServerResponse } from 'node:http'
import { Socket } from 'node:net'

/**
 * Server-sent events as tRPC's `httpSubscriptionLink` reads them. Each frame ends in three line feeds: the stock
 * adapter's, kept so that the bytes are the same.
 * Source: the HTML standard, "Server-sent events"; the event names are tRPC's.
 */
export function connectedFrame(client: unknown): string {
  return `event: connected\ndata: ${JSON.stringify(client ?? {})}\n\n\n`
}

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

/** The frame that tells a client why its subscription failed. */
export function errorFrame(json: string | undefined): string {
  return `event: serialized-error\ndata: ${json}\n\n\n`
}

/** Tells a client that the subscription has no more to say, so that it does not come back. */
export const RETURN_FRAME = 'event: return\ndata: \n\n\n'

/** Bytes that go to many responses, encoded once: bare, and wrapped as one HTTP/1.1 chunk. */
export type SharedFrame = { readonly bytes: Buffer; readonly chunk: Buffer }

/** Encodes a text for {@link writeShared}. */
export function shareFrame(text: string): SharedFrame {
  const bytes = Buffer.from(text)
  return { bytes, chunk: Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]) }
}

/** Tells a client that the connection is alive. */
export const PING_FRAME = shareFrame('event: ping\ndata: \n\n\n')

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
