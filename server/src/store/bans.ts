import type { Kysely } from 'kysely'
import type { Standings } from './standings.ts'
import type { BanRow, Tables } from './tables.ts'

/** Who is kept out of which room. */
export type Bans = {
  ban(room: { sid: string; name: string }, identity: string): Promise<void>
  /** The SIDs of rooms that go, or went, by this SID or name and keep the identity out. */
  roomsBarred(roomRef: string, identity: string): Promise<string[]>
  /** Whether this process has banned anybody; says nothing about others on the same database. */
  heardOf(): boolean
}

export function createBans(database: Kysely<Tables>, standings: Standings): Bans {
  let heard = false
  const barred = database
    .selectFrom('bans')
    .select('room_sid')
    .where((eb) =>
      eb.or([
        eb.and([eb('room_sid', '=', '1'), eb('identity', '=', '2')]),
        eb.and([eb('room_name', '=', '3'), eb('identity', '=', '4')]),
      ]),
    )
    .compile()

  return {
    async ban(room, identity) {
      await database
        .insertInto('bans')
        .values({ room_sid: room.sid, room_name: room.name, identity, created_at: new Date().toISOString() })
        .onConflict((conflict) => conflict.columns(['room_sid', 'identity']).doNothing())
        .execute()
      standings.forget()
      heard = true
    },
    async roomsBarred(roomRef, identity) {
      const parameters = [roomRef, identity, roomRef, identity]
      const { rows } = await database.executeQuery<Pick<BanRow, 'room_sid'>>({ ...barred, parameters })
      return rows.map((row) => row.room_sid)
    },
    heardOf: () => heard,
  }
}
