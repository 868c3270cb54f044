import { describe, expect, test } from 'vitest'
import { appRouter } from '../../src/index.ts'
import { POLICY, type Action, type Relation, type Role } from '../../src/access/policy.ts'
import type { World } from '../setup.ts'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData, outcomeOf } from './setup.ts'

const MISSING_ROOM = `RM${'0'.repeat(32)}`
const procedures = Object.keys(appRouter._def.procedures).sort()

/** A kind of caller, the role it has, and how it stands to each of the rooms. */
type CallerCase = { name: string; role: Role; headers: Record<string, string>; own: Relation; foreign: Relation }

/** Rooms of one server, and what is needed to try every procedure on them. */
type Stage = {
  world: World
  callers: CallerCase[]
  rooms: { own: string; foreign: string; missing: string; signedIn: string }
  inviteIds: Record<string, string>
}

/** The input that tries a procedure on a room. */
const INPUTS: Record<Action, (stage: Stage, room: string, userId: string | undefined) => unknown> = {
  'auth.whoami': () => undefined,
  'auth.getToken': (_stage, roomSid, userId) => ({ roomSid, userId }),
  'rooms.create': () => ({}),
  'rooms.list': () => undefined,
  'rooms.get': (_stage, sid) => ({ sid }),
  'rooms.complete': (_stage, sid) => ({ sid }),
  'participants.list': (_stage, roomSid) => ({ roomSid }),
  'participants.get': (_stage, roomSid) => ({ roomSid, participant: 'nobody' }),
  'participants.remove': (_stage, roomSid) => ({ roomSid, participant: 'nobody' }),
  'invites.create': (_stage, roomSid) => ({ roomSid }),
  'invites.list': (_stage, roomSid) => ({ roomSid }),
  'invites.revoke': (stage, room) => ({ id: stage.inviteIds[room] ?? '00000000-0000-4000-8000-000000000000' }),
  'audit.list': (_stage, roomSid) => ({ roomSid }),
}

const ROOMLESS: ReadonlySet<string> = new Set(['auth.whoami', 'rooms.create', 'rooms.list'])

test('every procedure has a rule, and every rule a procedure', () => {
  expect(Object.keys(POLICY).sort()).toEqual(procedures)
  expect(Object.keys(INPUTS).sort()).toEqual(procedures)
})

describe.each(procedures)('%s', (procedure) => {
  const action = procedure as Action

  test.each(['own', 'signedIn', 'foreign', 'missing'] as const)(
    'on a room that is %s, for every kind of caller',
    async (which) => {
      // Rooms are completed and people removed on the way: a stage for each room, shared by callers in turn.
      await using stage = await createStage()
      for (const caller of stage.callers) {
        const room = await stage.renew(which)
        const userId = caller.role === 'service' || caller.role === 'guest' ? 'somebody' : undefined
        const input = INPUTS[action](stage, room, userId)
        const answer = await call(stage.world, procedure, input, caller.headers)
        const relation = toRelation(caller, which)
        expect(`${caller.name}: ${outcomeOf(answer)}`).toBe(
          `${caller.name}: ${expected(action, caller.role, relation, which)}`,
        )
      }
    },
  )
})

test('on an open server, everyone may do everything', async () => {
  await using world = await createGuardedWorld({ env: { OPEN_ACCESS: 'true' } })
  const room = await createRoom(world, {})
  for (const procedure of procedures) {
    const stage = { world, callers: [], rooms: room, inviteIds: {} } as unknown as Stage
    const answer = await call(world, procedure, INPUTS[procedure as Action](stage, room.sid, 'somebody'), {})
    expect([procedure, outcomeOf(answer)]).toEqual([procedure, NOT_THERE[procedure] ?? 'OK'])
  }
})

/** What is done with is not there: the participant, or the invitation, that the matrix asks for. */
const NOT_THERE: Record<string, string> = {
  'participants.get': 'PARTICIPANT_NOT_FOUND',
  'participants.remove': 'PARTICIPANT_NOT_FOUND',
  'invites.revoke': 'INVITE_NOT_FOUND',
}

function expected(action: Action, role: Role, relation: Relation, which: string): string {
  const rule: Record<Role, readonly Relation[]> = POLICY[action]
  if (role === 'anonymous' && action !== 'auth.whoami') return 'UNAUTHENTICATED'
  if (ROOMLESS.has(action)) return rule[role].includes('none') ? 'OK' : 'FORBIDDEN'
  if (rule[role].length === 0) return 'FORBIDDEN'
  const isMissing = which === 'missing'
  const missing = action === 'invites.revoke' ? 'INVITE_NOT_FOUND' : 'ROOM_NOT_FOUND'
  const sees = POLICY['rooms.get'][role] as readonly Relation[]
  if (!sees.includes(relation)) return missing
  if (!rule[role].includes(relation)) return 'FORBIDDEN'
  if (isMissing) {
    // Whoever may see everything: no room to see, a token for a room that is not there, an empty log.
    if (action === 'auth.getToken' || action === 'audit.list') return 'OK'
    return action === 'participants.get' || action === 'participants.remove' ? 'PARTICIPANT_NOT_FOUND' : missing
  }
  return action === 'invites.revoke' ? 'OK' : (NOT_THERE[action] ?? 'OK')
}

function toRelation(caller: CallerCase, which: 'own' | 'foreign' | 'missing' | 'signedIn'): Relation {
  if (which === 'own') return caller.own
  if (which === 'signedIn' && caller.role === 'user') return 'signed-in'
  return which === 'foreign' ? caller.foreign : 'none'
}

function call(world: World, procedure: string, input: unknown, headers: Record<string, string>) {
  const isQuery =
    (appRouter._def.procedures as unknown as Record<string, { _def: { type: string } }>)[procedure]?._def.type ===
    'query'
  return isQuery ? world.query(procedure, input, headers) : world.mutate(procedure, input, headers)
}

/** A server with every kind of caller, and rooms that are made anew for each. */
async function createStage(): Promise<
  Stage & AsyncDisposable & { renew(which: keyof Stage['rooms']): Promise<string> }
> {
  const world = await createGuardedWorld()
  const host = await asUser('host')
  const stranger = await asUser('stranger')
  const callers: CallerCase[] = [
    { name: 'service', role: 'service', headers: asService, own: 'none', foreign: 'none' },
    { name: 'admin', role: 'admin', headers: await asUser('root', { roles: ['admin'] }), own: 'none', foreign: 'none' },
    { name: 'host', role: 'user', headers: host, own: 'host', foreign: 'none' },
    { name: 'member', role: 'user', headers: await asUser('member'), own: 'invited', foreign: 'none' },
    { name: 'co-host', role: 'user', headers: await asUser('co-host'), own: 'host', foreign: 'none' },
    { name: 'someone signed in', role: 'user', headers: await asUser('someone'), own: 'none', foreign: 'none' },
    { name: 'guest', role: 'guest', headers: {}, own: 'invited', foreign: 'none' },
    { name: 'guest host', role: 'guest', headers: {}, own: 'host', foreign: 'none' },
    { name: 'anonymous', role: 'anonymous', headers: {}, own: 'none', foreign: 'none' },
  ]
  const stage: Stage = {
    world,
    callers,
    rooms: { own: '', foreign: '', missing: MISSING_ROOM, signedIn: '' },
    inviteIds: {},
  }

  const invite = async (roomSid: string, role: string) =>
    expectData(await world.mutate('invites.create', { roomSid, role }, asService)) as { id: string; invite: string }
  const replaceHeaders = (name: string, headers: Record<string, string>) => {
    const caller = callers.find((one) => one.name === name)
    if (caller !== undefined) caller.headers = headers
  }

  async function createOwn(): Promise<string> {
    const { sid } = await createRoom(world, host)
    const [asGuest, asHost] = await Promise.all([invite(sid, 'guest'), invite(sid, 'host')])
    expectData(await world.mutate('auth.getToken', { invite: asGuest.invite }, await asUser('member')))
    expectData(await world.mutate('auth.getToken', { invite: asHost.invite }, await asUser('co-host')))
    replaceHeaders('guest', asBearer(asGuest.invite))
    replaceHeaders('guest host', asBearer(asHost.invite))
    stage.inviteIds[sid] = (await invite(sid, 'guest')).id
    return sid
  }

  async function createOther(by: Record<string, string>, access: string): Promise<string> {
    const { sid } = await createRoom(world, by, { access })
    stage.inviteIds[sid] = (await invite(sid, 'guest')).id
    return sid
  }

  await createOwn()
  return {
    ...stage,
    async renew(which) {
      if (which === 'own') return createOwn()
      if (which === 'missing') return MISSING_ROOM
      return which === 'foreign' ? createOther(stranger, 'invited') : createOther(stranger, 'signed-in')
    },
    [Symbol.asyncDispose]: () => world[Symbol.asyncDispose](),
  }
}
