import { z } from 'zod'

/** What a callback has said, by the names that Twilio gives its parameters. */
type CallbackParameters = Readonly<Record<string, string>>

export const CallbackFilterSchema = z.strictObject({
  event: z.union([z.string(), z.array(z.string()).min(1)]).optional(),
  room: z.string().optional(),
  participant: z.string().optional(),
})

/** Which callbacks: those that match every field there is; with none, all. */
export type CallbackFilter = {
  /** `StatusCallbackEvent`, such as `participant-connected`; of several, any. */
  event?: string | readonly string[] | undefined
  /** The room by SID or name. */
  room?: string | undefined
  /** The participant by SID or identity. */
  participant?: string | undefined
}

export function matchesFilter(
  { event, room, participant }: CallbackFilter,
  { StatusCallbackEvent = '', RoomSid, RoomName, ParticipantSid, ParticipantIdentity }: CallbackParameters,
): boolean {
  if (event !== undefined && ![event].flat().includes(StatusCallbackEvent)) return false
  if (room !== undefined && room !== RoomSid && room !== RoomName) return false
  return participant === undefined || participant === ParticipantSid || participant === ParticipantIdentity
}
