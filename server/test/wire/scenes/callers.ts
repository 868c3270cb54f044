import { hash } from 'node:crypto'
import { SignJWT } from 'jose'
import { START } from '../placeholders.ts'
import type { Headers, Scene, Wire } from '../wire.ts'

const SECRET = 'a-secret-of-tests-with-more-than-32-bytes'
const SERVICE_KEY = `rk_${'k'.repeat(43)}`
const NO_ROOM = `RM${'0'.repeat(32)}`
const NO_INVITE = '00000000-0000-4000-8000-000000000000'

/** Nobody is limited here: what limits say is a scene of its own. */
const UNLIMITED = {
  RATE_LIMIT_CALLS: 'off',
  RATE_LIMIT_TOKENS: 'off',
  RATE_LIMIT_INVITES: 'off',
  RATE_LIMIT_ADDRESS: 'off',
  MAX_EVENT_LOOP_DELAY_MS: 'off',
  DATA_DIR: ':memory:',
}

const GUARDED = { ...UNLIMITED, AUTH_JWT_SECRET: SECRET, API_KEYS: `backend:${hash('sha256', SERVICE_KEY)}` }

/** Every procedure, asked by everyone who could ask it. */
export const callers: Scene = {
  world: { env: GUARDED },
  async play(wire) {
    const ann = await asUser('ann')
    const service = asBearer(SERVICE_KEY)
    const { data: room } = await wire.mutate('ann creates a room', 'rooms.create', { roomName: 'Monday' }, ann)
    const { data: guestInvite } = await wire.mutate('ann invites', 'invites.create', { roomSid: 'Monday' }, ann)
    const hostInvite = { roomSid: room.sid, role: 'host' }
    const { data: coHost } = await wire.mutate('ann invites a host', 'invites.create', hostInvite, ann)
    await wire.mutate(
      'bob comes in by invitation',
      'auth.getToken',
      { invite: guestInvite.invite },
      await asUser('bob'),
    )

    const everyone: [string, Headers][] = [
      ['anonymous', {}],
      ['stranger', await asUser('eve')],
      ['member', await asUser('bob')],
      ['guest', asBearer(guestInvite.invite)],
      ['guest host', asBearer(coHost.invite)],
      ['host', ann],
      ['admin', await asUser('root', { roles: ['admin'] })],
      ['service', service],
    ]
    for (const [who, headers] of everyone) await askEverything(wire, who, headers, room.sid)

    await wire.mutate('a guest comes in', 'auth.getToken', { invite: guestInvite.invite, userId: 'Dora' })
    await wire.mutate('bob is banned', 'participants.remove', { roomSid: room.sid, participant: 'bob', ban: true }, ann)
    await askEverything(wire, 'banned', await asUser('bob'), room.sid)
    await wire.mutate(
      'ann cannot be banned by a guest',
      'participants.remove',
      { roomSid: 'Monday', participant: 'ann', ban: true },
      asBearer(coHost.invite),
    )
    await wire.mutate('no service lets the banned in', 'auth.getToken', { roomSid: 'Monday', userId: 'bob' }, service)
    await wire.mutate('ann is not bob', 'auth.getToken', { roomSid: 'Monday', userId: 'bob' }, ann)
    await wire.mutate('ann is no guest', 'auth.getToken', { roomSid: 'Monday', userId: 'guest:ann:x' }, ann)
    await wire.mutate(
      'a room for all who are signed in',
      'rooms.create',
      { roomName: 'Open', access: 'signed-in' },
      ann,
    )
    await wire.mutate('eve comes in there', 'auth.getToken', { roomSid: 'Open' }, await asUser('eve'))

    const once = { roomSid: 'Open', maxUses: 1, expiresInSeconds: 60 }
    const { data: single } = await wire.mutate('an invitation for one', 'invites.create', once, ann)
    await wire.mutate('is good once', 'auth.getToken', { invite: single.invite, userId: 'Dora' })
    await wire.mutate('and not twice', 'auth.getToken', { invite: single.invite, userId: 'Emil' })
    wire.clock.now += 61_000
    await wire.mutate('and not later', 'auth.getToken', { invite: single.invite, userId: 'Emil' })
    await wire.query('nor as a credential', 'auth.whoami', undefined, asBearer(single.invite))
    await wire.mutate('an invitation is revoked', 'invites.revoke', { id: guestInvite.id }, ann)
    await wire.mutate('and lets nobody in', 'auth.getToken', { invite: guestInvite.invite, userId: 'Emil' })
    await wire.query('nor is it a credential', 'rooms.list', undefined, asBearer(guestInvite.invite))

    const asked = { roomSid: room.sid }
    const { data: log } = await wire.query('ann reads the log of her room', 'audit.list', { ...asked, limit: 3 }, ann)
    await wire.query('and turns the page', 'audit.list', { ...asked, limit: 3, cursor: log.nextCursor }, ann)
    await wire.mutate('ann completes her room', 'rooms.complete', { sid: room.sid }, ann)
    await wire.query('ann sees it completed', 'rooms.list', { status: 'completed' }, ann)

    await wire.send('a batch asks as one caller', '/trpc/auth.whoami,rooms.list?batch=1', { headers: ann })
    await wire.send('a batch of a caller who is refused', '/trpc/auth.whoami,rooms.list?batch=1', {
      headers: asBearer('x'),
    })
  },
}

/** Credentials that are not good. */
export const credentials: Scene = {
  world: { env: { ...GUARDED, AUTH_ISSUER: 'https://issuer.example.com', AUTH_AUDIENCE: 'roomkey' } },
  async play({ query, send }) {
    const good = { iss: 'https://issuer.example.com', aud: 'roomkey' }
    const bad: [string, Headers][] = [
      ['good', await asUser('ann', good)],
      ['of another issuer', await asUser('ann', { ...good, iss: 'https://evil.example.com' })],
      ['for another audience', await asUser('ann', { ...good, aud: 'other' })],
      ['expired', await asUser('ann', { ...good, exp: START / 1000 - 31 })],
      ['not good yet', await asUser('ann', { ...good, nbf: START / 1000 + 3600 })],
      ['without an end', await asUser('ann', { ...good, exp: undefined })],
      ['of nobody', await asUser('', good)],
      ['of a guest', await asUser('guest:x:y', good)],
      ['with the admin role as a text', await asUser('root', { ...good, roles: 'crew admin' })],
      ['signed by another', await asUser('ann', good, 'another-secret-of-tests-with-more-bytes')],
      ['not signed', asBearer(`${encode({ alg: 'none' })}.${encode({ sub: 'ann', ...good })}.`)],
      ['too long', asBearer(`eyJ${'x'.repeat(9000)}`)],
      ['nonsense', asBearer('nonsense')],
      ['an unknown API key', asBearer(`rk_${'x'.repeat(43)}`)],
      ['an unknown invitation', asBearer(`inv_${'x'.repeat(43)}`)],
      ['an unknown x-api-key', { 'x-api-key': 'x' }],
      ['of another scheme', { authorization: 'Basic YTpi' }],
      ['an empty header', { authorization: '' }],
      ['both a good sign-in and a bad API key', { ...(await asUser('ann', good)), 'x-api-key': 'x' }],
      ['a good x-api-key', { 'x-api-key': SERVICE_KEY }],
    ]
    for (const [what, headers] of bad) await query(`credential: ${what}`, 'auth.whoami', undefined, headers)
    await send('credential: refused before the procedure is known', '/trpc/nope', { headers: asBearer('x') })
  },
}

/** A server that knows nobody's sign-in. */
export const keysOnly: Scene = {
  world: { env: { ...UNLIMITED, API_KEYS: `backend:${hash('sha256', SERVICE_KEY)}` } },
  async play({ query, mutate }) {
    await query('a sign-in token', 'auth.whoami', undefined, await asUser('ann'))
    await query('an API key', 'auth.whoami', undefined, asBearer(SERVICE_KEY))
    await mutate('nobody', 'auth.getToken', { userId: 'ann', roomSid: 'x' })
  },
}

async function askEverything({ query, mutate }: Wire, who: string, headers: Headers, roomSid: string): Promise<void> {
  await query(`${who}: auth.whoami`, 'auth.whoami', undefined, headers)
  await mutate(`${who}: auth.getToken`, 'auth.getToken', { roomSid }, headers)
  await mutate(`${who}: auth.getToken of a name`, 'auth.getToken', { roomSid: 'Monday', userId: 'zoe' }, headers)
  await mutate(`${who}: auth.getToken of no room`, 'auth.getToken', { roomSid: NO_ROOM, userId: 'zoe' }, headers)
  await mutate(`${who}: rooms.create badly`, 'rooms.create', { maxParticipants: 0 }, headers)
  await query(`${who}: rooms.list`, 'rooms.list', {}, headers)
  await query(`${who}: rooms.get`, 'rooms.get', { sid: roomSid }, headers)
  await query(`${who}: rooms.get of no room`, 'rooms.get', { sid: NO_ROOM }, headers)
  await mutate(`${who}: rooms.complete of no room`, 'rooms.complete', { sid: 'Nowhere' }, headers)
  await query(`${who}: participants.list`, 'participants.list', { roomSid }, headers)
  await query(`${who}: participants.get`, 'participants.get', { roomSid, participant: 'nobody' }, headers)
  await mutate(`${who}: participants.remove`, 'participants.remove', { roomSid, participant: 'nobody' }, headers)
  await mutate(`${who}: invites.create badly`, 'invites.create', { roomSid, maxUses: 0 }, headers)
  await query(`${who}: invites.list`, 'invites.list', { roomSid, limit: 1 }, headers)
  await mutate(`${who}: invites.revoke`, 'invites.revoke', { id: NO_INVITE }, headers)
  await query(`${who}: audit.list`, 'audit.list', { roomSid, limit: 1 }, headers)
  await query(`${who}: audit.list of everything`, 'audit.list', { limit: 1 }, headers)
}

function asBearer(token: string): Headers {
  return { authorization: `Bearer ${token}` }
}

/** Headers of someone whose sign-in is good for a day of the recording. */
export async function asUser(
  identity: string,
  claims: Record<string, unknown> = {},
  secret = SECRET,
): Promise<Headers> {
  const iat = START / 1000
  const token = new SignJWT({ sub: identity, iat, exp: iat + 86_400, ...claims }).setProtectedHeader({ alg: 'HS256' })
  return asBearer(await token.sign(new TextEncoder().encode(secret)))
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
