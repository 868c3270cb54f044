import { createEmulator } from '@roomkey/emulator'
import { expect, test } from 'vitest'
import { createWorld } from '../setup.ts'
import { toEnvironment } from '../setup.ts'
import { ENVIRONMENT, asService, asUser, createRoom, expectData } from './setup.ts'

async function createCall(env: Record<string, string> = {}) {
  const emulator = await createEmulator()
  const world = await createWorld({ env: { ...toEnvironment(emulator), OPEN_ACCESS: 'false', ...ENVIRONMENT, ...env } })
  const { sid } = await createRoom(world, asService, { roomName: 'Monday', access: 'signed-in' })
  return {
    world,
    sid,
    /** A user asks for a token, and comes in with it. */
    async join(identity: string, claims: Record<string, unknown> = {}) {
      expectData(await world.mutate('auth.getToken', { roomSid: sid }, await asUser(identity, claims)))
      await emulator.addBot({ room: 'Monday', identity })
    },
    async namesSeenBy(identity: string): Promise<Record<string, string | undefined>> {
      const list = expectData(await world.query('participants.list', { roomSid: sid }, await asUser(identity)))
      const participants = list.participants as { identity: string; name?: string }[]
      return Object.fromEntries(participants.map((one) => [one.identity, one.name]))
    },
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await emulator.close()
    },
  }
}

test('the whole room is told what the sign-in calls each of its users', async () => {
  await using call = await createCall()
  await call.join('auth0|65f2', { name: 'Ann Smith' })
  await call.join('auth0|7711', { email: 'bo@example.com' })
  await call.join('auth0|9000')
  expect(await call.namesSeenBy('auth0|9000')).toEqual({
    'auth0|65f2': 'Ann Smith',
    'auth0|7711': 'bo@example.com',
    'auth0|9000': undefined,
  })
  const one = await call.world.query(
    'participants.get',
    { roomSid: call.sid, participant: 'auth0|65f2' },
    await asUser('auth0|9000'),
  )
  expect(one.data).toMatchObject({ name: 'Ann Smith' })
})

test('a name comes from a verified sign-in alone: nobody sets another’s, and a guest has none', async () => {
  await using call = await createCall()
  await call.join('ann', { name: 'Ann Smith' })
  // Whoever is in the room under an identity that a backend chose is not called what somebody else is.
  expectData(await call.world.mutate('auth.getToken', { roomSid: call.sid, userId: 'ann2' }, asService))
  const forged = await call.world.mutate(
    'auth.getToken',
    { roomSid: call.sid, name: 'The CEO' },
    await asUser('eve', { name: 'Eve' }),
  )
  expect(forged.error?.data.roomkey.code).toBe('INVALID_INPUT')
  const asAnn = await call.world.mutate(
    'auth.getToken',
    { roomSid: call.sid, userId: 'ann' },
    await asUser('eve', { name: 'Eve' }),
  )
  expect(asAnn.error?.data.roomkey.code).toBe('FORBIDDEN')
  expect(await call.namesSeenBy('ann')).toEqual({ ann: 'Ann Smith' })
})

test('a name that changes is another from the next token on', async () => {
  await using call = await createCall()
  await call.join('ann', { name: 'Ann Smith' })
  expectData(
    await call.world.mutate('auth.getToken', { roomSid: call.sid }, await asUser('ann', { name: 'Ann Jones' })),
  )
  expect(await call.namesSeenBy('ann')).toEqual({ ann: 'Ann Jones' })
})

test('AUTH_NAME_CLAIM says which claims hold it', async () => {
  await using call = await createCall({ AUTH_NAME_CLAIM: 'profile.nick,name' })
  await call.join('ann', { name: 'Ann Smith', profile: { nick: 'annie' } })
  await call.join('bo', { name: 'Bo' })
  expect(await call.namesSeenBy('bo')).toEqual({ ann: 'annie', bo: 'Bo' })
  const me = await call.world.query('auth.whoami', undefined, await asUser('ann', { profile: { nick: 'annie' } }))
  expect(me.data).toMatchObject({ identity: 'ann', name: 'annie' })
})

test.each([
  ['line breaks', 'Ann\nSmith', 'Ann Smith'],
  ['what turns the text around it', 'Ann\u202e htimS', 'Ann  htimS'],
  ['a lone surrogate', 'Ann \ud800', 'Ann \ufffd'],
  ['length', 'x'.repeat(500), 'x'.repeat(100)],
  ['nothing but blanks', '  ', undefined],
  ['nothing to be seen', '\u200b \u3164\u2060', undefined],
  ['no text', 7, undefined],
])('a name with %s is made fit to be shown', async (_what, name, shown) => {
  await using call = await createCall()
  await call.join('ann', { name })
  expect(await call.namesSeenBy('ann')).toEqual({ ann: shown })
})

test('a user who is forgotten everywhere has no name any more', async () => {
  await using call = await createCall()
  await call.join('ann', { name: 'Ann Smith' })
  expectData(await call.world.mutate('participants.anonymize', { identity: 'ann' }, asService))
  expect(await call.namesSeenBy('ann')).toEqual({ ann: undefined })
})
