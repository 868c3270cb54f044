import { sql, type Kysely } from 'kysely'
import type { Kind } from '../database/schema-changes.ts'
import type { AnonymizedParticipantRow, Tables } from '../database/tables.ts'
import { participantOf, renameParticipant } from './event-participant.ts'
import type { NewEvent } from './new-event.ts'

/** A participant, and in which room they were. */
export type ParticipantRef = { roomSid: string; participantSid: string }

/** Remembers whose name was taken out of the log. Whoever was one of them before keeps the name that they got then. */
export async function addAnonymized(
  database: Kysely<Tables>,
  participants: readonly AnonymizedParticipantRow[],
): Promise<void> {
  for (const row of participants) {
    await database
      .insertInto('anonymized_participants')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('participant_sid').doUpdateSet({ former_identity: row.former_identity }),
      )
      .execute()
  }
}

/** As whom an identity was in rooms, or in one, as far as that is not forgotten. */
export async function findAnonymized(
  database: Kysely<Tables>,
  identity: string,
  roomSid: string | undefined,
): Promise<ParticipantRef[]> {
  const rows = await database
    .selectFrom('anonymized_participants')
    .select(['room_sid', 'participant_sid'])
    .where('former_identity', '=', identity)
    .$if(roomSid !== undefined, (all) => all.where('room_sid', '=', roomSid ?? ''))
    .execute()
  return rows.map(({ room_sid, participant_sid }) => ({ roomSid: room_sid, participantSid: participant_sid }))
}

/** Forgets who a participant was. */
export async function forgetIdentity(database: Kysely<Tables>, participantSid: string): Promise<void> {
  await database
    .updateTable('anonymized_participants')
    .set({ former_identity: null })
    .where('participant_sid', '=', participantSid)
    .execute()
}

/** The events as they may be stored: what is said of such a participant says the name that they have in the log. */
export async function renameAnonymized(
  database: Kysely<Tables>,
  kind: Kind,
  events: readonly NewEvent[],
): Promise<NewEvent[]> {
  const sids = [...new Set(events.flatMap((event) => participantOf(event) ?? []))]
  if (sids.length === 0) return [...events]
  // However many there are, the statement is the same.
  const isOneOfThem =
    kind === 'sqlite'
      ? sql<boolean>`participant_sid in (select value from json_each(${JSON.stringify(sids)}))`
      : sql<boolean>`participant_sid = any(${sids}::text[])`
  const rows = await database
    .selectFrom('anonymized_participants')
    .select(['participant_sid', 'name'])
    .where(isOneOfThem)
    .execute()
  const names = new Map(rows.map(({ participant_sid, name }) => [participant_sid, name]))
  return events.map((event) => {
    const name = names.get(participantOf(event) ?? '')
    return name === undefined ? event : renameParticipant(event, name)
  })
}
