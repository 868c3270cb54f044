import { describe, expect, test } from 'vitest'
import { appRouter } from '../../src/index.ts'
import { createInvoke } from '../../src/rpc/call.ts'
import { toVideoError } from '../../src/rpc/error-shape.ts'
import { createWorld, type World } from '../setup.ts'
import { readPermissions } from './permissions.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

const NO_ROOM = `RM${'0'.repeat(32)}`
const NO_INVITE = { id: '00000000-0000-4000-8000-000000000000', invite: `inv_${'x'.repeat(43)}` }

type Headers = Record<string, string>
type Invite = { id: string; invite: string }

/** What a question is about: a room, an invitation to it, and the caller's own name. */
type Subject = { roomSid: string; invite: Invite; identity: string }

/** The input of each row of the tables. */
const INPUTS: Record<string, (subject: Subject) => unknown> = {
  'auth.whoami': () => undefined,
  'auth.getToken': ({ roomSid, identity }) => ({ roomSid, userId: identity }),
  'auth.getToken by invitation': ({ invite, identity }) => ({ invite: invite.invite, userId: identity }),
  'auth.getToken for somebody else': ({ roomSid }) => ({ roomSid, userId: 'somebody else' }),
  'rooms.create': () => ({}),
  'rooms.list': () => undefined,
  'rooms.get': ({ roomSid }) => ({ sid: roomSid }),
  'rooms.complete': ({ roomSid }) => ({ sid: roomSid }),
  'rooms.events': ({ roomSid }) => ({ sid: roomSid }),
  'rooms.history': ({ roomSid }) => ({ sid: roomSid }),
  'rooms.attendance': ({ roomSid }) => ({ sid: roomSid }),
  'rooms.presence': ({ roomSid }) => ({ sid: roomSid }),
  'participants.list': ({ roomSid }) => ({ roomSid }),
  'participants.get': ({ roomSid }) => ({ roomSid, participant: 'present' }),
  'participants.remove': ({ roomSid }) => ({ roomSid, participant: 'present' }),
  'participants.anonymize': ({ roomSid }) => ({ roomSid, identity: 'absent' }),
  'participants.anonymize in all rooms': () => ({ identity: 'absent' }),
  'invites.create': ({ roomSid }) => ({ roomSid }),
  'invites.list': ({ roomSid }) => ({ roomSid }),
  'invites.revoke': ({ invite }) => ({ id: invite.id }),
  'bans.create': ({ roomSid }) => ({ roomSid, identity: 'present' }),
  'bans.list': ({ roomSid }) => ({ roomSid }),
  'bans.lift': ({ roomSid }) => ({ roomSid, identity: 'kept out' }),
  'recordingRules.get': ({ roomSid }) => ({ roomSid }),
  'recordingRules.update': ({ roomSid }) => ({ roomSid, rules: [{ type: 'include', all: true }] }),
  'audit.list': ({ roomSid }) => ({ roomSid }),
  'audit.list of all rooms': () => undefined,
  'events.subscribe': () => undefined,
  'events.deadLetters': () => undefined,
  'events.redeliver': () => ({ ids: ['1'] }),
  'events.follow': ({ roomSid }) => ({ rooms: [{ sid: roomSid }] }),
}

/** A kind of caller: by which name, and what they show once they stand to the room as the column says. */
type Caller = {
  identity: string
  enter: (world: World, roomSid: string) => Promise<Headers>
  ask?: (world: World, row: string, subject: Subject) => Promise<string>
}

const PASSCODE = '12345678901234'

const CALLERS: Record<string, Caller> = {
  open: { identity: 'ann', enter: async () => ({}) },
  service: { identity: 'ann', enter: async () => asService },
  admin: { identity: 'root', enter: () => asUser('root', { roles: ['admin'] }) },
  host: { identity: 'ann', enter: () => asUser('ann') },
  'co-host': { identity: 'bob', enter: (world, roomSid) => enterByInvitation(world, roomSid, 'host') },
  invited: { identity: 'bob', enter: enterByInvitation },
  'signed in': { identity: 'bob', enter: () => asUser('bob') },
  stranger: { identity: 'bob', enter: () => asUser('bob') },
  banned: {
    identity: 'bob',
    async enter(world, roomSid) {
      const headers = await enterByInvitation(world, roomSid)
      await world.mutate('participants.remove', { roomSid, participant: 'bob', ban: true }, asService)
      return headers
    },
  },
  'guest host': { identity: 'Bob', enter: async (world, sid) => asBearer((await invite(world, sid, 'host')).invite) },
  guest: { identity: 'Bob', enter: async (world, sid) => asBearer((await invite(world, sid)).invite) },
  'guest elsewhere': {
    identity: 'Bob',
    enter: async (world) => asBearer((await invite(world, (await createRoom(world, asService)).sid)).invite),
  },
  passcode: { identity: 'Bob', enter: async () => ({}), ask: askByPasscode },
  anonymous: { identity: 'Bob', enter: async () => ({}) },
}

const procedures = appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>
const { present, missing } = await readPermissions()

test('every procedure has a row, and every kind of caller a column', () => {
  for (const outcomes of Object.values(present)) {
    expect(Object.keys(outcomes)).toEqual(Object.keys(INPUTS))
    expect(new Set(Object.keys(outcomes).map(toProcedure))).toEqual(new Set(Object.keys(procedures)))
  }
  expect(Object.keys(present)).toEqual(Object.keys(CALLERS))
  expect(Object.keys(missing)).toEqual(Object.keys(CALLERS))
})

describe.each(Object.entries(CALLERS))('%s', (name, caller) => {
  test('may do to a room what permissions.md says', async () => {
    await using world = await openWorld(name)
    const outcomes: Record<string, string> = {}
    for (const row of Object.keys(INPUTS)) {
      // Rooms are completed and people removed on the way: each question is about a room of its own.
      const subject = { ...(await furnishRoom(world, name)), identity: caller.identity }
      const headers = await caller.enter(world, subject.roomSid)
      outcomes[row] = await (caller.ask ?? ask)(world, row, subject, headers)
    }
    expect(outcomes).toEqual(present[name])
  })

  test('may do to a missing room what permissions.md says', async () => {
    await using world = await openWorld(name)
    const { roomSid } = await furnishRoom(world, name)
    const headers = await caller.enter(world, roomSid)
    const outcomes: Record<string, string> = {}
    for (const row of Object.keys(missing[name] ?? {})) {
      const subject = { roomSid: NO_ROOM, invite: NO_INVITE, identity: caller.identity }
      outcomes[row] = await (caller.ask ?? ask)(world, row, subject, headers)
    }
    expect(outcomes).toEqual(missing[name])
  })
})

function openWorld(caller: string): Promise<World> {
  return caller === 'open' ? createWorld() : createGuardedWorld({ env: { COMPAT: 'plugin-rtc', PASSCODE } })
}

/** A room of ann's with somebody in it, somebody kept out and an invitation to it; on an open server, nobody's. */
async function furnishRoom(world: World, caller: string): Promise<Omit<Subject, 'identity'>> {
  const host = caller === 'open' ? {} : await asUser('ann')
  const { sid } = await createRoom(world, host, { access: caller === 'signed in' ? 'signed-in' : 'invited' })
  await (await world.emulator()).addBot({ room: sid, identity: 'present' })
  expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'kept out' }, host))
  return { roomSid: sid, invite: expectData(await world.mutate('invites.create', { roomSid: sid }, host)) }
}

async function enterByInvitation(world: World, roomSid: string, role?: string): Promise<Headers> {
  const headers = await asUser('bob')
  expectData(await world.mutate('auth.getToken', { invite: (await invite(world, roomSid, role)).invite }, headers))
  return headers
}

async function invite(world: World, roomSid: string, role = 'guest'): Promise<Invite> {
  return expectData(await world.mutate('invites.create', { roomSid, role }, asService))
}

async function ask(world: World, row: string, subject: Subject, headers: Headers): Promise<string> {
  const procedure = toProcedure(row)
  const input = INPUTS[row]?.(subject)
  const kind = procedures[procedure]?._def.type
  if (kind === 'query') return outcomeOf(await world.query(procedure, input, headers))
  if (kind === 'mutation') return outcomeOf(await world.mutate(procedure, input, headers))
  await using subscription = await world.subscribe(procedure, input, headers)
  const first = await subscription.next()
  if ('error' in first) return first.error.code
  return 'data' in first && first.data.type === 'room-closed' ? first.data.code : 'OK'
}

/** As the wire of Twilio's reference apps calls procedures, which has no address for most of them. */
async function askByPasscode({ app }: World, row: string, subject: Subject): Promise<string> {
  const { roomkey, log } = app
  const source = {
    headers: {},
    protocol: 'http',
    host: 'localhost',
    ip: '127.0.0.1',
    requestId: 'matrix',
    log,
  } as const
  const ctx = await roomkey.createPasscodeContext(source, PASSCODE)
  try {
    await createInvoke(roomkey.router, toProcedure(row))({ ctx, readInput: () => INPUTS[row]?.(subject) })
    return 'OK'
  } catch (thrown) {
    return toVideoError(thrown).code
  }
}

/** A row asks a procedure, sometimes in a certain way: "auth.getToken by invitation". */
function toProcedure(row: string): string {
  return row.split(' ', 1)[0] ?? ''
}
