import type { AuditEntry, Identity, Invite } from '@roomkey/shared'
import { describe, expect, test } from 'vitest'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { createEmulator } from '@roomkey/emulator'
import { createWorld, toEnvironment, type World } from '../setup.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

const ban = (world: World, roomSid: string, participant: string, headers: Record<string, string>) =>
  world.mutate('participants.remove', { roomSid, participant, ban: true }, headers)

describe('a banned identity', () => {
  test('is put out and gets no new token, from anyone', async () => {
    await using world = await createGuardedWorld()
    const [ann, bob] = [await asUser('ann'), await asUser('bob')]
    const { sid } = await createRoom(world, ann, { roomName: 'Monday', access: 'signed-in' })
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, bob))).toBe('OK')
    await (await world.emulator()).addBot({ room: sid, identity: 'bob' })

    const removed = expectData(await ban(world, sid, 'bob', ann))
    expect(removed).toMatchObject({ identity: 'bob', status: 'disconnected' })
    const outcomes = [
      await world.mutate('auth.getToken', { roomSid: sid }, bob),
      await world.mutate('auth.getToken', { roomSid: 'Monday' }, bob),
      await world.mutate('auth.getToken', { roomSid: sid, userId: 'bob' }, asService),
      await world.mutate('auth.getToken', { roomSid: 'Monday', userId: 'bob' }, asService),
      await world.mutate('auth.getToken', { roomSid: `RM${sid.slice(2).toUpperCase()}`, userId: 'bob' }, asService),
      await world.query('participants.list', { roomSid: sid }, bob),
    ].map(outcomeOf)
    expect(outcomes).toEqual(['BANNED', 'BANNED', 'BANNED', 'BANNED', 'BANNED', 'BANNED'])
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid, userId: 'cleo' }, asService))).toBe('OK')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser('cleo')))).toBe('OK')
  })

  test('is not kept out of a later room of the same name', async () => {
    await using world = await createGuardedWorld()
    const first = await createRoom(world, asService, { roomName: 'Monday' })
    await (await world.emulator()).addBot({ room: first.sid, identity: 'bob' })
    expectData(await ban(world, 'Monday', 'bob', asService))
    const token = () => world.mutate('auth.getToken', { roomSid: 'Monday', userId: 'bob' }, asService)
    expect(outcomeOf(await token())).toBe('BANNED')
    expectData(await world.mutate('rooms.complete', { sid: first.sid }, asService))
    expect(outcomeOf(await token())).toBe('OK')
    await createRoom(world, asService, { roomName: 'Monday' })
    expect(outcomeOf(await token())).toBe('OK')
  })

  test('may be banned by participant SID, or while out of the room', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann, { access: 'signed-in' })
    await (await world.emulator()).addBot({ room: sid, identity: 'bob' })
    const { participants } = expectData(await world.query('participants.list', { roomSid: sid }, ann))
    expectData(await ban(world, sid, participants[0].sid, ann))
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser('bob')))).toBe('BANNED')
    expect(outcomeOf(await ban(world, sid, 'eve', ann))).toBe('PARTICIPANT_NOT_FOUND')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, await asUser('eve')))).toBe('BANNED')
  })

  test('cannot be the creator of the room, at the hands of another host', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid, role: 'host' }, ann))
    expect(outcomeOf(await ban(world, sid, 'ann', asBearer(invite)))).toBe('FORBIDDEN')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, ann))).toBe('OK')
    expect(outcomeOf(await ban(world, sid, 'ann', asService))).toBe('PARTICIPANT_NOT_FOUND')
    expect(outcomeOf(await world.mutate('auth.getToken', { roomSid: sid }, ann))).toBe('BANNED')
  })

  test('that was a guest takes the invitation along', async () => {
    await using world = await createGuardedWorld()
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann)
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid }, ann))
    const enter = () => world.mutate('auth.getToken', { invite, userId: 'Mallory' })
    const { userId } = expectData(await enter())
    await (await world.emulator()).addBot({ room: sid, identity: userId })
    expectData(await ban(world, sid, userId, ann))
    expect(outcomeOf(await enter())).toBe('INVITE_REVOKED')
  })

  test('is removed as soon as an old token lets it back in', async () => {
    await using world = await createGuardedWorld({ way: 'socket' })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann, { access: 'signed-in' })
    expect(outcomeOf(await ban(world, sid, 'bob', ann))).toBe('PARTICIPANT_NOT_FOUND')
    const emulator = await world.emulator()
    const bob = await emulator.addBot({ room: sid, identity: 'bob' })
    const cleo = await emulator.addBot({ room: sid, identity: 'cleo' })
    await expect.poll(() => bob.status).toBe('disconnected')
    expect(cleo.status).toBe('connected')
    await expect
      .poll(async () => (await world.query('audit.list', { roomSid: sid }, ann)).data.entries)
      .toContainEqual(expect.objectContaining({ action: 'participants.evict', target: 'bob', outcome: 'OK' }))
  })
})

describe('a status callback', () => {
  const AUTH_TOKEN = 'the-auth-token-of-tests'
  const PUBLIC_URL = 'https://video.example.com/base'
  const report = {
    StatusCallbackEvent: 'participant-connected',
    RoomSid: `RM${'1'.repeat(32)}`,
    ParticipantSid: `PA${'2'.repeat(32)}`,
    ParticipantIdentity: 'Beyoncé & co',
  }

  const post = (world: World, signature: string | undefined, fields: Record<string, string> = report, query = '') =>
    world.send(`/twilio/status-callback${query}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded',
        ...(signature !== undefined && { 'x-twilio-signature': signature }),
      },
      body: new URLSearchParams(fields).toString(),
    })

  test('is believed only with the signature of the account, over the public address', async () => {
    await using emulator = await startEmulator()
    const env = { ...toEnvironment(emulator), TWILIO_AUTH_TOKEN: AUTH_TOKEN, PUBLIC_URL }
    await using world = await createWorld({ env })
    const url = `${PUBLIC_URL}/twilio/status-callback`
    const good = webhooks.getExpectedTwilioSignature(AUTH_TOKEN, url, report)
    expect((await post(world, good)).status).toBe(204)
    expect((await post(world, undefined)).status).toBe(403)
    expect((await post(world, 'nonsense')).status).toBe(403)
    expect((await post(world, good, { ...report, ParticipantIdentity: 'ann' })).status).toBe(403)
    expect((await post(world, good, { ...report, Extra: 'x' })).status).toBe(403)
    expect((await post(world, good, report, '?x=1')).status).toBe(403)
    const withQuery = webhooks.getExpectedTwilioSignature(AUTH_TOKEN, `${url}?x=1`, report)
    expect((await post(world, withQuery, report, '?x=1')).status).toBe(204)
    const byOther = webhooks.getExpectedTwilioSignature('another-token', url, report)
    expect((await post(world, byOther)).status).toBe(403)
    const huge = await post(world, good, { ...report, Padding: 'x'.repeat(100_000) })
    expect(huge.status).toBe(413)
  })

  test('has no address where nobody could prove to be Twilio, and rooms are not told of one', async () => {
    await using emulator = await startEmulator()
    await using world = await createWorld({ env: { ...toEnvironment(emulator), PUBLIC_URL } })
    expect((await post(world, 'nonsense')).status).toBe(404)
    await createRoom(world, {}, { roomName: 'Quiet' })
    const [room] = await (await sdkOf(emulator)).video.v1.rooms.list({ uniqueName: 'Quiet' })
    expect(room?.statusCallback ?? null).toBeNull()
  })

  test('is asked for where Twilio will find this server', async () => {
    await using emulator = await startEmulator()
    // Nobody listens there: what matters is the address that Twilio is told.
    const publicUrl = 'http://127.0.0.1:1/base'
    const env = { ...toEnvironment(emulator), TWILIO_AUTH_TOKEN: AUTH_TOKEN, PUBLIC_URL: publicUrl }
    await using world = await createWorld({ env })
    const { sid } = await createRoom(world, {})
    const room = await (await sdkOf(emulator)).video.v1.rooms(sid).fetch()
    expect(room.statusCallback).toBe(`${publicUrl}/twilio/status-callback#rc=5&rp=ct,rt,5xx`)
    const chosen = await world.mutate('rooms.create', { statusCallback: 'https://evil.example.com/' })
    expect(outcomeOf(chosen)).toBe('INVALID_INPUT')
  })
})

async function startEmulator() {
  const emulator = await createEmulator()
  return { ...emulator, [Symbol.asyncDispose]: () => emulator.close() }
}

async function sdkOf({ url, credentials }: Awaited<ReturnType<typeof createEmulator>>) {
  const { default: twilio } = await import('twilio')
  const client = twilio(credentials.apiKeySid, credentials.apiKeySecret, { accountSid: credentials.accountSid })
  client.video.baseUrl = url
  return client
}

test('bans, what they end and what is said of them have the server’s own clock', async () => {
  const at = '2027-03-01T09:00:00.000Z'
  await using world = await createGuardedWorld({ overrides: { now: () => Date.parse(at) } })
  const { sid } = await createRoom(world, asService)
  const { id } = expectData(await world.mutate('invites.create', { roomSid: sid }, asService))
  const { store } = world.app.roomkey.services
  const { invites, redemptions } = await store.open()
  const invite = await invites.find(id)
  await redemptions.enterAsMember(invite as Invite, 'bob' as Identity, at)

  expect(expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'bob' }, asService))).toMatchObject({
    createdAt: at,
    ended: { membership: 'guest', invites: 1 },
  })
  expect((await invites.find(id))?.revokedAt).toBe(at)
  await world.app.roomkey.services.auditLog?.flush()
  const { entries } = expectData(await world.query('audit.list', undefined, asService))
  expect(new Set(entries.map((entry: AuditEntry) => entry.at))).toEqual(new Set([at]))
})
