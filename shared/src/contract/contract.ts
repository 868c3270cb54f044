import { audit, type AuditContract } from './audit.ts'
import { auth, type AuthContract } from './auth.ts'
import { bans, type BansContract } from './bans.ts'
import type { NameOf } from './define.ts'
import { events, type EventsContract } from './events.ts'
import { invites, type InvitesContract } from './invites.ts'
import { participants, type ParticipantsContract } from './participants.ts'
import { recordingRules, type RecordingRulesContract } from './recording-rules.ts'
import { rooms, type RoomsContract } from './rooms.ts'

/** Every procedure of Roomkey, by router. */
export interface RoomkeyContract {
  readonly auth: AuthContract
  readonly rooms: RoomsContract
  readonly participants: ParticipantsContract
  readonly invites: InvitesContract
  readonly bans: BansContract
  readonly audit: AuditContract
  readonly events: EventsContract
  readonly recordingRules: RecordingRulesContract
}

/**
 * The contract as data: the one place where a procedure is declared. Router, client, REST, OpenAPI and the reference
 * pages follow from it.
 */
export const contract: RoomkeyContract = { auth, rooms, participants, invites, bans, audit, events, recordingRules }

/** The full name of a procedure, e.g. `rooms.create`. */
export type ProcedureName = NameOf<RoomkeyContract>
