import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { addAnonymized, findAnonymized, type ParticipantRef } from './anonymized-participants.ts'
import { participantOf, renameParticipant } from './event-participant.ts'
import type { NewEvent } from './new-event.ts'

/** How many events named them, and as whom Twilio may know them: those whose identity was not forgotten yet. */
export type Anonymization = { events: number; participants: ParticipantRef[] }

/** One room, and as whom they were there by Twilio's word: more may be on its way to the log than has come there. */
export type AnonymizedRoom = { roomSid: string; participantSids: readonly string[] }

/** Events read and written at a time. */
const CHUNK = 500

/**
 * Gives an identity another name in every event that names it, and in those to come about the same participants: in
 * each room one of its own, made by chance, so that who was there twice can still be told from two who were there once.
 */
export async function anonymizeEvents(
  database: Kysely<Tables>,
  identity: string,
  room: AnonymizedRoom | undefined,
): Promise<Anonymization> {
  const names = new Map<string, string>()
  const participants = new Map<string, string>()
  let events = 0

  function nameIn(roomSid: string): string {
    const name = names.get(roomSid) ?? `anonymous:${randomBytes(8).toString('hex')}`
    names.set(roomSid, name)
    return name
  }

  for (const participantSid of room?.participantSids ?? []) participants.set(participantSid, room?.roomSid ?? '')
  for (let after = 0, isFull = true; isFull;) {
    const rows = await database
      .selectFrom('events')
      .select(['id', 'room_sid', 'event'])
      .where('id', '>', after)
      .where('identity', '=', identity)
      .$if(room !== undefined, (all) => all.where('room_sid', '=', room?.roomSid ?? ''))
      .orderBy('id')
      .limit(CHUNK)
      .execute()
    for (const row of rows) {
      const event = JSON.parse(row.event) as NewEvent
      const name = nameIn(row.room_sid)
      const participantSid = participantOf(event)
      if (participantSid !== undefined) participants.set(participantSid, row.room_sid)
      await database
        .updateTable('events')
        .set({ identity: name, event: JSON.stringify(renameParticipant(event, name)) })
        .where('id', '=', row.id)
        .execute()
    }
    events += rows.length
    isFull = rows.length === CHUNK
    after = Number(rows.at(-1)?.id)
  }
  await addAnonymized(
    database,
    Array.from(participants, ([participantSid, roomSid]) => ({
      participant_sid: participantSid,
      room_sid: roomSid,
      name: nameIn(roomSid),
      former_identity: identity,
      anonymized_at: new Date().toISOString(),
    })),
  )
  return { events, participants: await findAnonymized(database, identity, room?.roomSid) }
}
