import { createHmac } from 'node:crypto'
import { buildApp, formatError, parseConfig, VideoError } from '@roomkey/server'
import { ERROR_CODES } from '@roomkey/shared'
import { HTTP_STATUSES } from '@roomkey/shared/openapi'
import { TRPCError } from '@trpc/server'
import { describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient, type RoomkeyClient, type RoomkeyClientOptions } from '../src/index.ts'

const SECRET = 'a-secret-of-tests-with-more-than-32-bytes'
const LIMITS_OFF = {
  RATE_LIMIT_CALLS: 'off',
  RATE_LIMIT_TOKENS: 'off',
  RATE_LIMIT_INVITES: 'off',
  RATE_LIMIT_ADDRESS: 'off',
  MAX_EVENT_LOOP_DELAY_MS: 'off',
}

type World = AsyncDisposable & { createClient(options?: Partial<RoomkeyClientOptions>): RoomkeyClient }

/** A real server with the emulator inside, listening on this machine. */
async function createWorld(env: Record<string, string> = {}): Promise<World> {
  const app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:', ...LIMITS_OFF, ...env }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    createClient: (options = {}) => createRoomkeyClient({ url, ...options }),
    [Symbol.asyncDispose]: () => app.close(),
  }
}

/** A token of the tests' sign-in. Negative: it has expired. */
function signIn(identity: string, ttlSeconds = 600): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + ttlSeconds
  const body = `${encode({ alg: 'HS256' })}.${encode({ sub: identity, iat: exp - 600, exp })}`
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`
}

describe('against the server', () => {
  test('a room is created, found, entered and ended', async () => {
    await using world = await createWorld()
    const { rooms, auth, participants } = world.createClient()
    const room = await rooms.create({ roomName: 'stand-up / Beyoncé', maxParticipants: 5 })
    expect(room).toMatchObject({ name: 'stand-up / Beyoncé', status: 'in-progress', maxParticipants: 5 })
    expect(await rooms.get({ sid: 'stand-up / Beyoncé' })).toEqual(room)
    expect((await rooms.list()).rooms).toEqual([room])
    expect(await auth.getToken({ roomSid: room.sid, userId: 'Beyoncé', ttlSeconds: 60 })).toMatchObject({
      userId: 'Beyoncé',
      roomSid: room.sid,
      token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
      connectOptions: { wsServer: expect.stringMatching(/^ws:\/\/127\.0\.0\.1:\d+\//) as string },
    })
    expect(await participants.list({ roomSid: room.sid })).toEqual({ participants: [], nextCursor: null })
    expect(await rooms.complete({ sid: room.sid })).toMatchObject({ sid: room.sid, status: 'completed' })
    expect((await rooms.list()).rooms).toEqual([])
  })

  test('lists are read page by page', async () => {
    await using world = await createWorld()
    const { rooms } = world.createClient()
    const made = await Promise.all(Array.from({ length: 7 }, (_, index) => rooms.create({ roomName: `room-${index}` })))
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await rooms.list({ limit: 3, cursor })
      seen.push(...page.rooms.map(({ sid }) => sid))
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(seen.sort()).toEqual(made.map(({ sid }) => String(sid)).sort())
  })

  test('failures come with their code, the fields at fault, and the request', async () => {
    await using world = await createWorld()
    const { rooms, participants } = world.createClient()
    const results = await Promise.allSettled([rooms.create({ roomName: 'one' }), rooms.create({ roomName: 'one' })])
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const refused = results.find((result) => result.status === 'rejected')
    expect(refused?.reason).toMatchObject({
      code: 'ROOM_NAME_TAKEN',
      twilioCode: 53113,
      status: 409,
      message: expect.stringContaining('one') as string,
      requestId: expect.stringMatching(/./) as string,
    })
    await expect(rooms.create({ roomName: '', maxParticipants: 500 })).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      fields: [{ path: 'roomName' }, { path: 'maxParticipants' }],
    })
    await expect(rooms.get({ sid: 'nowhere' })).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND', status: 404 })
    await expect(participants.get({ roomSid: 'one', participant: 'nobody' })).rejects.toMatchObject({
      code: 'PARTICIPANT_NOT_FOUND',
    })
  })

  test('forty calls at once are batched, and each gets its own answer', async () => {
    await using world = await createWorld()
    const urls: string[] = []
    const { auth } = world.createClient({
      fetch: (url, init) => {
        urls.push(url)
        return fetch(url, init)
      },
    })
    const users = Array.from({ length: 40 }, (_, index) => `user-${index}`)
    const tokens = await Promise.all(users.map((userId) => auth.getToken({ roomSid: 'daily', userId })))
    expect(tokens.map(({ userId }) => String(userId))).toEqual(users)
    expect(urls).toHaveLength(4)
  })
})

describe('against a server that asks who calls', () => {
  const guarded = () => createWorld({ AUTH_JWT_SECRET: SECRET })

  test('the token of the sign-in is sent, and renewed once it has expired', async () => {
    await using world = await guarded()
    const auth = vi.fn().mockReturnValueOnce(signIn('alice', -120)).mockReturnValue(signIn('alice'))
    const client = world.createClient({ auth })
    const [who, room] = await Promise.all([client.auth.whoami(), client.rooms.create({ roomName: 'hers' })])
    expect(who).toMatchObject({ kind: 'user', identity: 'alice' })
    expect(room).toMatchObject({ host: 'alice', access: 'invited' })
    expect(auth).toHaveBeenCalledTimes(2)
  })

  test('without one, the caller is told so', async () => {
    await using world = await guarded()
    await expect(world.createClient().rooms.create()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', status: 401 })
  })

  test('a host invites a guest, who needs no sign-in, and takes it back', async () => {
    await using world = await guarded()
    const host = world.createClient({ auth: () => signIn('alice') })
    const room = await host.rooms.create({ roomName: 'hers' })
    const { invite, id, roomSid } = await host.invites.create({ roomSid: room.sid, maxUses: 2 })
    expect(roomSid).toBe(room.sid)
    const guest = world.createClient()
    const { userId } = await guest.auth.getToken({ invite, userId: 'Bob' })
    expect(userId).toMatch(/^guest:Bob:/)
    expect((await host.invites.list({ roomSid: room.sid })).invites).toMatchObject([{ id, uses: 1 }])
    await host.invites.revoke({ id })
    await expect(guest.auth.getToken({ invite, userId: 'Bob' })).rejects.toMatchObject({ code: 'INVITE_REVOKED' })
    const actions = (await host.audit.list({ roomSid: room.sid })).entries.map(({ action }) => action)
    expect(actions).toEqual(expect.arrayContaining(['rooms.create', 'invites.create', 'invites.revoke']))
  })

  test('a stranger sees nothing of the room', async () => {
    await using world = await guarded()
    const room = await world.createClient({ auth: () => signIn('alice') }).rooms.create()
    const stranger = world.createClient({ auth: () => signIn('mallory') })
    await expect(stranger.rooms.get({ sid: room.sid })).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect((await stranger.rooms.list()).rooms).toEqual([])
  })
})

test('an error has the HTTP status that the contract says', () => {
  const shape = { message: '', code: -32603, data: { code: 'INTERNAL_SERVER_ERROR', httpStatus: 500 } } as const
  for (const code of ERROR_CODES) {
    const error = new TRPCError({ code: 'INTERNAL_SERVER_ERROR', cause: new VideoError(code, 'x') })
    expect({ [code]: formatError({ error, shape }).data.httpStatus }).toEqual({ [code]: HTTP_STATUSES[code] })
  }
})
