import { z } from 'zod'

// Twilio's string identifiers: a two-letter prefix that tells the kind, then 32 hexadecimal digits, which Twilio writes
// in lower case and reads in either. So do the schemas of what lives in rooms, whose output has the one form. The types
// are branded, so a `RoomSid` cannot be passed where a `ParticipantSid` is wanted.
// Source: twilio-oai `twilio_video_v1.json`, the `pattern` of each `sid` property.

/** A Twilio account's SID: `AC` and 32 hexadecimal digits. */
export const AccountSidSchema = sid('AC', 'an account SID').brand<'AccountSid'>()

/** A Twilio API key's SID: `SK` and 32 hexadecimal digits. */
export const ApiKeySidSchema = sid('SK', 'an API key SID').brand<'ApiKeySid'>()

/** A room's SID: `RM` and 32 hexadecimal digits. */
export const RoomSidSchema = sid('RM', 'a room SID').overwrite(normalizeSid).brand<'RoomSid'>()

/** A participant's SID: `PA` and 32 hexadecimal digits. */
export const ParticipantSidSchema = sid('PA', 'a participant SID').overwrite(normalizeSid).brand<'ParticipantSid'>()

/** A track's SID: `MT` and 32 hexadecimal digits. */
export const TrackSidSchema = sid('MT', 'a track SID').overwrite(normalizeSid).brand<'TrackSid'>()

/** A recording's SID: `RT` and 32 hexadecimal digits. */
export const RecordingSidSchema = sid('RT', 'a recording SID').overwrite(normalizeSid).brand<'RecordingSid'>()

/** A composition's SID: `CJ` and 32 hexadecimal digits. */
export const CompositionSidSchema = sid('CJ', 'a composition SID').overwrite(normalizeSid).brand<'CompositionSid'>()

/** A Twilio account's SID, checked. */
export type AccountSid = z.infer<typeof AccountSidSchema>

/** A Twilio API key's SID, checked. */
export type ApiKeySid = z.infer<typeof ApiKeySidSchema>

/** A room's SID, checked. */
export type RoomSid = z.infer<typeof RoomSidSchema>

/** A participant's SID, checked. */
export type ParticipantSid = z.infer<typeof ParticipantSidSchema>

/** A track's SID, checked. */
export type TrackSid = z.infer<typeof TrackSidSchema>

/** A recording's SID, checked. */
export type RecordingSid = z.infer<typeof RecordingSidSchema>

/** A composition's SID, checked. */
export type CompositionSid = z.infer<typeof CompositionSidSchema>

/** Tells a room's SID from its name; Twilio forbids neither form in the same place. */
export function isRoomSid(value: string): value is RoomSid {
  return ROOM_SID.test(value)
}

/** A reference that may be a room's SID, in the form in which rooms are compared: a SID as Twilio writes it, a name as it is. */
export function normalizeRoomRef(ref: string): string {
  return isRoomSid(ref) ? normalizeSid(ref) : ref
}

/** As {@link normalizeRoomRef}, for a participant's SID or identity. */
export function normalizeParticipantRef(ref: string): string {
  return isParticipantSid(ref) ? normalizeSid(ref) : ref
}

/** Tells a participant's SID from an identity, though an identity may have that form too. */
export function isParticipantSid(value: string): value is ParticipantSid {
  return PARTICIPANT_SID.test(value)
}

const ROOM_SID = sidPattern('RM')
const PARTICIPANT_SID = sidPattern('PA')

function sid(prefix: string, what: string) {
  return z.string().regex(sidPattern(prefix), `must be ${what}: ${prefix} and 32 hexadecimal digits`)
}

/** The prefix is upper case in every form. */
function normalizeSid(value: string): string {
  return value.slice(0, 2) + value.slice(2).toLowerCase()
}

function sidPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}[0-9a-fA-F]{32}$`)
}
