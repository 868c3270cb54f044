import { HTTP_STATUSES } from '@roomkey/shared/openapi'
import { isVideoError } from '../../core/video-error.ts'

/** An error as `plugin-rtc` tells it: a message that apps compare, and an explanation for people. */
export class PluginError extends Error {
  readonly status: number
  readonly explanation: string

  constructor(status: number, message: string, explanation: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'PluginError'
    this.status = status
    this.explanation = explanation
  }
}

/** @param message what the plugin says where Twilio refuses what it tried; a refusal of ours speaks for itself. */
export function toPluginError(thrown: unknown, message?: string): PluginError {
  if (!isVideoError(thrown)) throw thrown
  // The React app shows the words of a 401 when it signs in, and of nothing else.
  const status = thrown.code === 'RATE_LIMITED' ? 401 : HTTP_STATUSES[thrown.code]
  // Without the name of our field, which is not that of theirs.
  const words = thrown.fields?.[0]?.message ?? thrown.message
  if (message !== undefined && !OURS.has(thrown.code)) return new PluginError(500, message, words, thrown)
  return new PluginError(status, words, EXPLANATIONS[words] ?? words, thrown)
}

const OURS: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'FORBIDDEN', 'BANNED', 'RATE_LIMITED'])

const EXPLANATIONS: Readonly<Record<string, string>> = {
  'passcode incorrect': 'The passcode used to validate application users is incorrect.',
  'passcode expired': 'The passcode used to validate application users has expired. Set a new one on the server.',
}
