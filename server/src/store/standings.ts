import type { InviteRole, RoomAccess } from '@roomkey/shared'
import type { Kysely } from 'kysely'
import { UNOWNED, type Ownership } from './ownership.ts'
import type { Tables } from './tables.ts'

/** How one identity stands to one room. */
export type Standing = Ownership & { role: InviteRole | null; banned: boolean }

/** How identities stand to rooms, remembered for as long as nothing has changed. */
export type Standings = {
  of(roomSid: string, identity: string): Standing | Promise<Standing>
  /** To be called after whatever changes a standing has been written. */
  forget(): void
}

/** Beyond so many, all are forgotten and read anew: memory is bounded whoever calls. */
const MAX_REMEMBERED = 10_000

/**
 * A standing is asked for with every token of a signed-in user, and reading it costs as much as all else about one.
 * @param version changes with whatever others write to the database; `undefined` where nobody could tell in time, and
 * nothing is remembered.
 */
export function createStandings(database: Kysely<Tables>, version: (() => number) | undefined): Standings {
  const read = prepareRead(database)
  /** By room, then by identity. */
  let remembered = new Map<string, Map<string, Standing>>()
  let count = 0
  let rememberedVersion: number | undefined

  function forget(): void {
    remembered = new Map()
    count = 0
  }

  function forgetIfChanged(current: number): void {
    if (current !== rememberedVersion) forget()
    rememberedVersion = current
  }

  async function readAndRemember(roomSid: string, identity: string): Promise<Standing> {
    const before = remembered
    const standing = await read(roomSid, identity)
    // Otherwise something was written meanwhile, and this may be what was there before.
    if (before === remembered) remember(roomSid, identity, standing)
    return standing
  }

  function remember(roomSid: string, identity: string, standing: Standing): void {
    if (count >= MAX_REMEMBERED) forget()
    count++
    const inRoom = remembered.get(roomSid)
    if (inRoom === undefined) remembered.set(roomSid, new Map([[identity, standing]]))
    else inRoom.set(identity, standing)
  }

  return {
    of(roomSid, identity) {
      if (version === undefined) return read(roomSid, identity)
      forgetIfChanged(version())
      return remembered.get(roomSid)?.get(identity) ?? readAndRemember(roomSid, identity)
    },
    forget,
  }
}

type StandingRow = { host: string | null; access: RoomAccess | null; role: InviteRole | null; ban: string | null }

/** Compiled once, run with other parameters. */
function prepareRead(database: Kysely<Tables>): (roomSid: string, identity: string) => Promise<Standing> {
  const query = database
    .selectNoFrom((eb) => [
      eb.selectFrom('rooms').select('host').where('sid', '=', '1').as('host'),
      eb.selectFrom('rooms').select('access').where('sid', '=', '2').as('access'),
      eb.selectFrom('members').select('role').where('room_sid', '=', '3').where('identity', '=', '4').as('role'),
      eb.selectFrom('bans').select('identity').where('room_sid', '=', '5').where('identity', '=', '6').as('ban'),
    ])
    .compile()
  return async (roomSid, identity) => {
    const parameters = [roomSid, roomSid, roomSid, identity, roomSid, identity]
    const { rows } = await database.executeQuery<StandingRow>({ ...query, parameters })
    const row = rows[0]
    return {
      host: row?.host ?? UNOWNED.host,
      access: row?.access ?? UNOWNED.access,
      role: row?.role ?? null,
      banned: row?.ban != null,
    }
  }
}
