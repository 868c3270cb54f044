import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// What comes in over a socket comes in a later turn of the event loop than what made it come.
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Identity, InviteRole, RoomSid } from '@roomkey/shared'
import { expect, test } from 'vitest'
import { openRecords, type Records } from './records.ts'
import { openSqlite } from '../database/sqlite.ts'

/** Two servers on one directory. */
async function openPair(): Promise<{ one: Records; other: Records } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'roomkey-memberships-'))
  const open = () => openRecords({ kind: 'sqlite', sqlite: openSqlite(path) }, () => undefined)
  const one = await open()
  const other = await open()
  return {
    one,
    other,
    async [Symbol.asyncDispose]() {
      await Promise.all([one.close(), other.close()])
      await rm(path, { recursive: true })
    },
  }
}

const room = { sid: 'RM1', name: 'standup' }
const nothing = { host: null, access: 'invited', role: null, banned: false }

test('a membership that was read is not read again', async () => {
  await using pair = await openPair()
  const { memberships } = pair.one
  const first = await memberships.find('RM1', 'ann')
  expect(first).toEqual(nothing)
  expect(await memberships.find('RM1', 'ann')).toBe(first)
})

test('what a server writes shows in the memberships it reads next', async () => {
  await using pair = await openPair()
  const { roomOwnerships, memberships, bans } = pair.one
  expect(await memberships.find('RM1', 'ann')).toEqual(nothing)
  await roomOwnerships.record('RM1', { host: 'ann', access: 'signed-in' })
  expect(await memberships.find('RM1', 'ann')).toMatchObject({ host: 'ann', access: 'signed-in' })
  await admit(pair.one, 'RM1', 'ben', 'guest')
  expect(await memberships.find('RM1', 'ben')).toMatchObject({ role: 'guest' })
  await bans.add(room, 'ben')
  expect(await memberships.find('RM1', 'ben')).toMatchObject({ role: null, banned: true })
})

test('what another server has written to the same file shows in whatever comes in after it', async () => {
  await using pair = await openPair()
  const { one, other } = pair
  await other.roomOwnerships.record('RM1', { host: 'ann', access: 'signed-in' })
  expect(await one.memberships.find('RM1', 'ben')).toMatchObject({ host: 'ann', banned: false })
  expect(await one.memberships.find('RM2', 'ben')).toEqual(nothing)
  await other.bans.add(room, 'ben')
  await nextTurn()
  expect(await one.memberships.find('RM1', 'ben')).toMatchObject({ banned: true })
  await admit(other, 'RM2', 'ben', 'host')
  await nextTurn()
  expect(await one.memberships.find('RM2', 'ben')).toMatchObject({ role: 'host' })
})

test('a membership that was being read while it changed is not remembered', async () => {
  await using pair = await openPair()
  const { memberships, bans } = pair.one
  const reading = memberships.find('RM1', 'ben')
  await Promise.all([reading, bans.add(room, 'ben')])
  expect(await memberships.find('RM1', 'ben')).toMatchObject({ banned: true })
})

test('identities and rooms whose names run together are told apart', async () => {
  await using pair = await openPair()
  const { memberships, bans } = pair.one
  await bans.add({ sid: 'RM1', name: 'x' }, 'b c')
  expect(await memberships.find('RM1', 'b c')).toMatchObject({ banned: true })
  expect(await memberships.find('RM1 b', 'c')).toMatchObject({ banned: false })
})

/** Makes an invitation and redeems it. */
async function admit({ invites, redemptions }: Records, room: string, identity: string, role: InviteRole) {
  const invite = await invites.add({
    id: randomUUID(),
    roomSid: room as RoomSid,
    role,
    createdAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2100-01-01T00:00:00.000Z',
    maxUses: null,
    secretHash: randomUUID(),
    createdBy: null,
    parentId: null,
  })
  if (invite === undefined) throw new Error('the invitation was not made')
  await redemptions.enterAsMember(invite, identity as Identity, invite.createdAt)
}
