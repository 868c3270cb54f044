import type { ErrorCode } from '@roomkey/shared'
import type { VideoError } from '../../core/video-error.ts'

/** Twilio's own number of an error, or the one that it would have. Source: Twilio "Error and Warning Dictionary". */
export function toTwilioCode({ code, twilioCode }: VideoError): number {
  return twilioCode ?? CODES[code] ?? INTERNAL_SERVER_ERROR
}

const INTERNAL_SERVER_ERROR = 20500

const CODES: Partial<Record<ErrorCode, number>> = {
  INVALID_INPUT: 20001,
  PROCEDURE_NOT_FOUND: 20404,
  METHOD_NOT_SUPPORTED: 20004,
  UNAUTHENTICATED: 20003,
  FORBIDDEN: 20403,
  BANNED: 20403,
  RATE_LIMITED: 20429,
  ROOM_NOT_FOUND: 20404,
  ROOM_NAME_TAKEN: 53113,
  ROOM_COMPLETED: 53112,
  TWILIO_RATE_LIMITED: 20429,
  OVERLOADED: 20503,
  STORE_UNAVAILABLE: 20503,
}
