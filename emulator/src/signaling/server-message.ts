import { TwilioError } from '../errors.ts'
import type { DisconnectReason } from '../state/index.ts'
import type { IceServer } from './message.ts'
import { envelope, type Frame } from './socket/connection.ts'

/** What the server says; each is the body of a `msg` frame. */
export type ServerMessage =
  | { type: 'iced'; ice_servers: readonly IceServer[] }
  | { type: 'error'; code: number; message: string }
  | { type: 'disconnected'; status?: 'completed' }

/** A part of an update that many receive: as fields for a longer message, and as the frame of one without more. */
export type SharedUpdate = { fields: string; frame: Frame }

export function createSharedUpdate(parts: readonly string[]): SharedUpdate {
  return { fields: parts.join(','), frame: Buffer.from(envelope(formatUpdate(parts))) }
}

/** The JSON text of an `update`, of the JSON texts of its fields. */
export function formatUpdate(parts: readonly string[]): string {
  return `{"type":"update",${parts.join(',')}}`
}

export function formatError({ code, message }: TwilioError): ServerMessage {
  return { type: 'error', code, message }
}

/** The message that ends a client's session; `null` when the client left by itself. */
export function formatDisconnect(reason: DisconnectReason): ServerMessage | null {
  return DISCONNECT_MESSAGES[reason]
}

const DISCONNECT_MESSAGES: Record<DisconnectReason, ServerMessage | null> = {
  left: null,
  removed: { type: 'disconnected' },
  'room-completed': { type: 'disconnected', status: 'completed' },
  'duplicate-identity': formatError(new TwilioError(53205)),
  'duration-exceeded': formatError(new TwilioError(53216)),
  'session-expired': formatError(new TwilioError(53204)),
}
