import { DatabaseSync } from 'node:sqlite'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { InviteRole } from '@roomkey/shared'
import { expect, test } from 'vitest'
import { createStore } from '../store/store.ts'

/** The database as the first version of Roomkey left it. */
const FIRST_VERSION = `
CREATE TABLE "roomkey_migrations" ("name" text primary key, "applied_at" text not null);
CREATE TABLE "rooms" ("sid" text primary key, "host" text, "access" text not null, "created_at" text not null);
CREATE TABLE "members" ("room_sid" text not null, "identity" text not null, "role" text not null, "joined_at" text not null, constraint "members_key" primary key ("room_sid", "identity"));
CREATE TABLE "bans" ("room_sid" text not null, "room_name" text not null, "identity" text not null, "created_at" text not null, constraint "bans_key" primary key ("room_sid", "identity"));
CREATE INDEX "bans_by_name" on "bans" ("room_name", "identity");
CREATE TABLE "invites" ("id" text primary key, "room_sid" text not null, "role" text not null, "secret_hash" text not null unique, "created_at" text not null, "expires_at" text not null, "max_uses" integer, "uses" integer not null, "revoked_at" text);
CREATE INDEX "invites_by_room" on "invites" ("room_sid", "created_at", "id");
CREATE TABLE "guests" ("room_sid" text not null, "identity" text not null, "invite_id" text not null, constraint "guests_key" primary key ("room_sid", "identity"));
CREATE TABLE "audit" ("id" text primary key, "at" text not null, "request_id" text not null, "caller_kind" text not null, "caller" text, "action" text not null, "room" text, "target" text, "outcome" text not null);
CREATE INDEX "audit_by_time" on "audit" ("at", "id");
CREATE INDEX "audit_by_room" on "audit" ("room", "at", "id");
CREATE TABLE "attempts" ("bucket" text primary key, "window_start" bigint not null, "count" integer not null);
INSERT INTO roomkey_migrations VALUES ('0001-rooms-invites-bans-audit', '2026-01-01T00:00:00.000Z');
INSERT INTO rooms VALUES ('RM1', 'ann', 'invited', '2026-01-01T00:00:00.000Z');
INSERT INTO members VALUES ('RM1', 'bob', 'host', '2026-01-01T00:00:00.000Z');
INSERT INTO invites VALUES ('first', 'RM1', 'guest', 'hash', '2026-01-01T00:00:00.000Z', '2100-01-01T00:00:00.000Z', 9, 1, NULL);
INSERT INTO guests VALUES ('RM1', 'guest:Carl', 'first');
INSERT INTO audit VALUES ('one', '2026-01-01T00:00:00.000Z', 'id', 'user', 'ann', 'rooms.create', 'RM1', NULL, 'OK');
`

test('a database of the first version goes on with all it held: members, guests and whom let them in, audit', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-migrations-'))
  const database = new DatabaseSync(join(directory, 'roomkey.db'))
  database.exec(FIRST_VERSION)
  database.close()
  const store = createStore({ kind: 'directory', path: directory }, () => undefined)
  try {
    const { memberships, auditEntries, bans, invites } = await store.open()
    expect(await memberships.find('RM1', 'bob')).toMatchObject({ host: 'ann', role: 'host' satisfies InviteRole })
    const { items } = await auditEntries.list('RM1', { limit: 10, cursor: undefined })
    expect(items).toMatchObject([{ id: 'one', caller: 'ann' }])
    // The guest is known to have come in by the invitation, which a ban of that guest ends.
    const ban = await bans.add({ sid: 'RM1', name: 'standup' }, 'guest:Carl')
    expect(ban.invites).toBe(1)
    expect((await invites.find('first'))?.revokedAt).not.toBeNull()
  } finally {
    await store.close()
    await rm(directory, { recursive: true })
  }
})
