import { z } from 'zod'

/**
 * Twilio's string identifiers: a two-letter prefix that tells the kind, then 32 hexadecimal digits.
 * The types are branded, so a `RoomSid` cannot be passed where a `ParticipantSid` is wanted.
 * Source: twilio-oai `twilio_video_v1.json`, the `pattern` of each `sid` property.
 */
export const AccountSidSchema = sid('AC', 'an account SID').brand<'AccountSid'>()
export const ApiKeySidSchema = sid('SK', 'an API key SID').brand<'ApiKeySid'>()
export const RoomSidSchema = sid('RM', 'a room SID').brand<'RoomSid'>()
export const ParticipantSidSchema = sid('PA', 'a participant SID').brand<'ParticipantSid'>()
export const TrackSidSchema = sid('MT', 'a track SID').brand<'TrackSid'>()

export type AccountSid = z.infer<typeof AccountSidSchema>
export type ApiKeySid = z.infer<typeof ApiKeySidSchema>
export type RoomSid = z.infer<typeof RoomSidSchema>
export type ParticipantSid = z.infer<typeof ParticipantSidSchema>
export type TrackSid = z.infer<typeof TrackSidSchema>

/** Tells a room's SID from its name; Twilio forbids neither form in the same place. */
export function isRoomSid(value: string): value is RoomSid {
  return ROOM_SID.test(value)
}

const ROOM_SID = sidPattern('RM')

function sid(prefix: string, what: string) {
  return z.string().regex(sidPattern(prefix), `must be ${what}: ${prefix} and 32 hexadecimal digits`)
}

function sidPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}[0-9a-fA-F]{32}$`)
}
