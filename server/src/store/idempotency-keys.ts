import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** How long what came of a key is kept. */
export const IDEMPOTENCY_KEY_MS = 86_400_000

/** A call under a key. `id` and `fingerprint` are hashes: neither key nor input is stored. */
export type KeyedCall = { id: string; fingerprint: string; owner: string }

/** Who has a key: the call that asks, or another, whose outcome is `null` while it is under way. */
export type KeyClaim = 'mine' | { fingerprint: string; outcome: string | null } | 'released'

/** Which calls were made under which keys, and what came of them. Of any number at once, on any number of servers, one is made. */
export type IdempotencyKeys = {
  /** Claims the key, if it is free or its claim for the same call has expired. Instants in ms since 1970. */
  claim(call: KeyedCall, now: number, leaseMs: number): Promise<KeyClaim>
  /** Extends the claim of a call that is still under way. */
  renew(call: KeyedCall, leaseUntil: number): Promise<void>
  /** Stores the outcome of the call. */
  settle(call: KeyedCall, outcome: string): Promise<void>
  /** Gives the key back, as if it had not been used. */
  release(call: KeyedCall): Promise<void>
  /** Forgets a key whoever has it, if what is kept of it is this. */
  forget(id: string, outcome: string): Promise<void>
}

export function createIdempotencyKeys(database: Kysely<Tables>): IdempotencyKeys {
  /** Of a key that the call still has. */
  async function update(
    { id, owner }: KeyedCall,
    changes: { lease_until: number } | { outcome: string },
  ): Promise<void> {
    await database
      .updateTable('idempotency_keys')
      .set(changes)
      .where('id', '=', id)
      .where('owner', '=', owner)
      .execute()
  }

  return {
    async claim({ id, fingerprint, owner }, now, leaseMs) {
      const row = { id, fingerprint, owner, created_at: now, lease_until: now + leaseMs, outcome: null }
      const taken = await database
        .insertInto('idempotency_keys')
        .values(row)
        .onConflict((conflict) =>
          conflict
            .column('id')
            .doUpdateSet(row)
            .where((eb) =>
              eb.or([
                eb('idempotency_keys.created_at', '<', now - IDEMPOTENCY_KEY_MS),
                eb.and([
                  eb('idempotency_keys.outcome', 'is', null),
                  eb('idempotency_keys.lease_until', '<', now),
                  eb('idempotency_keys.fingerprint', '=', fingerprint),
                ]),
              ]),
            ),
        )
        .returning('owner')
        .executeTakeFirst()
      if (taken !== undefined) return 'mine'
      const held = await database
        .selectFrom('idempotency_keys')
        .select(['fingerprint', 'outcome'])
        .where('id', '=', id)
        .executeTakeFirst()
      return held ?? 'released'
    },
    renew: (call, lease_until) => update(call, { lease_until }),
    settle: (call, outcome) => update(call, { outcome }),
    async release({ id, owner }) {
      await database
        .deleteFrom('idempotency_keys')
        .where('id', '=', id)
        .where('owner', '=', owner)
        .where('outcome', 'is', null)
        .execute()
    },
    async forget(id, outcome) {
      await database.deleteFrom('idempotency_keys').where('id', '=', id).where('outcome', '=', outcome).execute()
    },
  }
}
