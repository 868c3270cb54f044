/** Twilio's dates carry whole seconds; so do ours. */
export function toInstant(date: Date): string {
  return date.toISOString().replace('.000Z', 'Z')
}

/** The SDK's types promise a date; Twilio sends `null` for what has not happened yet. */
export function toInstantOrNull(date: Date | null): string | null {
  return date === null ? null : toInstant(date)
}
