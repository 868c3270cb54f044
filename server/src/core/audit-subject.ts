/** What a call was about, for the audit log. Left out: not known, or nothing. */
export type AuditSubject = {
  /** The room's SID, or what the caller called the room where the SID is not known. */
  room?: string | null
  /** Whom or what it was done to: an identity, a participant, an invitation's id. */
  target?: string | null
  /** Whether the call did something although it failed: an entry of its own, as for one that did not fail. */
  isDone?: boolean
}

const ROOM_FIELDS = ['roomSid', 'sid']
const TARGET_FIELDS = ['participant', 'identity', 'userId', 'id', 'roomName']

/**
 * What a call was about as far as its input tells, for calls that failed early. Not whom to anonymize: the audit log
 * would keep what all else forgets.
 */
export function toAuditSubject(action: string, input: unknown): AuditSubject {
  const target = action === 'participants.anonymize' ? null : findText(input, TARGET_FIELDS)
  return { room: findText(input, ROOM_FIELDS), target }
}

function findText(input: unknown, names: readonly string[]): string | null {
  if (typeof input !== 'object' || input === null) return null
  const fields = input as Record<string, unknown>
  const name = names.find((candidate) => typeof fields[candidate] === 'string')
  return name === undefined ? null : (fields[name] as string)
}
