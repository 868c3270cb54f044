import type { Identity, Invite } from '@roomkey/shared'
import { sql, type Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { MembershipCache } from './membership-cache.ts'
import { readMembership } from './memberships.ts'
import type { RoomTransaction } from './room-transaction.ts'

/** How showing an invitation went: `unusable` ones are revoked, expired or used up by then. */
export type Redemption = 'entered' | 'banned' | 'unusable'

/** Who comes in by which invitation. Of any number at once, on any number of servers, `maxUses` do, each person once. */
export type Redemptions = {
  /** Makes the identity a member of the invitation's room; whoever belongs there already, as no less, spends nothing. */
  enterAsMember(invite: Invite, identity: Identity, at: string): Promise<Redemption>
  /** Lets in an identity that nobody has yet. */
  enterAsGuest(invite: Invite, identity: Identity, at: string): Promise<Redemption>
}

export function createRedemptions(inRoom: RoomTransaction, cache: MembershipCache): Redemptions {
  return {
    async enterAsMember(invite, identity, at) {
      const redemption = await inRoom(invite.roomSid, async (transaction) => {
        const { banned, host, role } = await readMembership(transaction, invite.roomSid, identity)
        if (banned) return 'banned'
        const { redeemed, usable } = await readUse(transaction, invite, identity, at)
        if (usable === null) return 'unusable'
        const isInside = host === identity || role === 'host' || role === invite.role
        if (!isInside && redeemed === null && !(await takeUse(transaction, invite.id, at))) return 'unusable'
        // For those too who were inside before: a ban takes back whatever they hold.
        if (redeemed === null) await record(transaction, invite, identity, at)
        if (!isInside) await addMember(transaction, invite, identity, at)
        return 'entered'
      })
      cache.clear()
      return redemption
    },
    enterAsGuest: (invite, identity, at) =>
      inRoom(invite.roomSid, async (transaction) => {
        if (!(await takeUse(transaction, invite.id, at))) return 'unusable'
        await record(transaction, invite, identity, at)
        return 'entered'
      }),
  }
}

/** Whether the identity has come in by the invitation, and whether it is good at that time: `null` if not. */
async function readUse(transaction: Kysely<Tables>, { id }: Invite, identity: Identity, at: string) {
  return transaction
    .selectNoFrom((eb) => [
      eb
        .selectFrom('redemptions')
        .select('identity')
        .where('invite_id', '=', id)
        .where('identity', '=', identity)
        .as('redeemed'),
      eb
        .selectFrom('invites')
        .select('id')
        .where('id', '=', id)
        .where('revoked_at', 'is', null)
        .where('expires_at', '>', at)
        .as('usable'),
    ])
    .executeTakeFirstOrThrow()
}

async function record(
  transaction: Kysely<Tables>,
  { id, roomSid }: Invite,
  identity: Identity,
  redeemed_at: string,
): Promise<void> {
  await transaction
    .insertInto('redemptions')
    .values({ invite_id: id, identity, room_sid: roomSid, redeemed_at })
    .execute()
}

/** Takes one use, if the invitation still has one at that time. */
async function takeUse(transaction: Kysely<Tables>, id: string, at: string): Promise<boolean> {
  const taken = await transaction
    .updateTable('invites')
    .set({ uses: sql<number>`uses + 1` })
    .where('id', '=', id)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', at)
    .where((eb) => eb.or([eb('max_uses', 'is', null), eb('uses', '<', eb.ref('max_uses'))]))
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

/** A host stays a host when a guest's invitation is redeemed later. */
async function addMember(
  transaction: Kysely<Tables>,
  { roomSid, role }: Invite,
  identity: Identity,
  joined_at: string,
): Promise<void> {
  await transaction
    .insertInto('members')
    .values({ room_sid: roomSid, identity, role, joined_at })
    .onConflict((conflict) => {
      const columns = conflict.columns(['room_sid', 'identity'])
      return role === 'host' ? columns.doUpdateSet({ role }) : columns.doNothing()
    })
    .execute()
}
