import { proceduresOf, contract, ERROR_CODES, IdentitySchema, type AnyProcedure } from '@roomkey/shared'
import fc from 'fast-check'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { beforeAll, afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { asBearer, asService, asUser, createGuardedWorld, createRoom, expectData } from '../access/setup.ts'
import { anyText } from '../any-text.ts'
import { JSON_TYPE, SID } from '../refusal.ts'
import { SAMPLE_CREDENTIALS, type TestResponse, type World } from '../setup.ts'
import { startStores } from './stores.ts'

// Every string that enters: what no database can hold is refused at the door, and never an error of the server.

const { stores } = startStores()

/** What PostgreSQL, SQLite, JSON and URLs each choke on. */
const POISON = [
  '\u0000',
  'a\u0000b',
  '\ud800',
  'a\udfffb',
  '\u0000'.repeat(128),
  '\ud800'.repeat(64),
  "' or 1=1 --",
  '%00',
]

/** Cursors of the right form, with poison where an instant or a key is read. */
const forge = (...place: unknown[]) => Buffer.from(JSON.stringify(place)).toString('base64url')
const INSTANT = '2026-11-24T12:00:00.000Z'
const CURSORS = POISON.flatMap((poison) => [
  forge(INSTANT, poison),
  forge(poison, 'x'),
  forge(poison, poison),
  Buffer.from(`["${INSTANT}","\\ud800"]`).toString('base64url'),
  Buffer.from(`["${INSTANT}","\\u0000"]`).toString('base64url'),
  `0.${poison}`,
  poison,
]).concat([forge(INSTANT, 2 ** 40, 1), forge(INSTANT, -(2 ** 40), 1), forge(INSTANT, 1, Number.MAX_SAFE_INTEGER)])

function hostileText(): fc.Arbitrary<string> {
  const poisoned = fc.tuple(anyText(20), fc.constantFrom(...POISON), anyText(20)).map((parts) => parts.join(''))
  return fc.oneof(fc.constantFrom(...POISON), fc.constantFrom(...CURSORS), poisoned, anyText(140))
}

/** The fields of a procedure's input that are text. */
function textFieldsOf({ input, example }: AnyProcedure): { fields: string[]; good: Record<string, unknown> } {
  if (input === null) return { fields: [], good: {} }
  const { properties = {} } = z.toJSONSchema(input, { io: 'input' }) as {
    properties?: Record<string, { type?: string }>
  }
  const fields = Object.entries(properties).flatMap(([name, { type }]) => (type === 'string' ? [name] : []))
  return { fields, good: { ...(example as object | undefined) } }
}

const FIELDS = proceduresOf(contract).flatMap(([path, procedure]) => {
  const { fields, good } = textFieldsOf(procedure)
  return fields.map((field) => ({ path, kind: procedure.kind, field, good }))
})

test('the fields are found', () => {
  const names = FIELDS.map(({ path, field }) => `${path} ${field}`)
  for (const name of ['auth.getToken userId', 'rooms.list cursor', 'bans.list cursor', 'bans.create identity']) {
    expect(names).toContain(name)
  }
  expect(names.length).toBeGreaterThan(20)
})

describe.each(stores)('on $name', ({ env }) => {
  let world: World
  let callers: Record<string, string>[]

  beforeAll(async () => {
    // Its records are opened, and bans and invitations are there to be looked up.
    world = await createGuardedWorld({ way: 'socket', env: { ...(await env()), LOG_LEVEL: 'error' } })
    const ann = await asUser('ann')
    const { sid } = await createRoom(world, ann, { roomName: 'standup' })
    const { invite } = expectData(await world.mutate('invites.create', { roomSid: sid, role: 'host' }, ann))
    expectData(await world.mutate('bans.create', { roomSid: sid, identity: 'eve' }, ann))
    callers = [asService, ann, asBearer(invite), {}]
  })
  afterAll(() => world[Symbol.asyncDispose]())

  test.each(FIELDS)('$path takes or refuses any $field', async ({ path, kind, field, good }) => {
    const call = async (text: string, headers: Record<string, string>) => {
      const input = { ...good, [field]: text }
      expectHandled(await (kind === 'query' ? world.query(path, input, headers) : world.mutate(path, input, headers)))
    }
    for (const text of [...POISON, ...(field === 'cursor' ? CURSORS : [])]) await call(text, asService)
    await fc.assert(
      fc.asyncProperty(hostileText(), fc.nat(), (text, index) => call(text, callers[index % callers.length] ?? {})),
      { numRuns: 10 },
    )
  })

  test('so are credentials', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('Bearer ', 'Bearer inv_', 'Bearer rk_', ''),
        hostileText(),
        async (start, text) => {
          // A header that Node cannot send is none that comes in.
          const authorization = start + text.replaceAll(/[^\t\u0020-\u007e\u0080-\u00ff]/g, '')
          expectHandled(await world.query('rooms.list', undefined, { authorization }))
        },
      ),
      { numRuns: 60 },
    )
  })

  test('so are the names that apps of Twilio’s give, and none keeps the audit log from being stored', async () => {
    const passcode = '12345678901234'
    const compat = { COMPAT: 'plugin-rtc', PASSCODE: passcode }
    await using asked = await createGuardedWorld({ env: { ...(await env()), ...compat } })
    const ask = async (name: string, room: object) => {
      const body = JSON.stringify({ passcode, user_identity: name, create_room: false, ...room })
      return (await asked.send('/token', { method: 'POST', headers: JSON_TYPE, body })).status
    }
    for (const room of [{}, { room_name: 'nowhere' }]) {
      for (const name of [...POISON, 'a\nb', 'x'.repeat(129)]) {
        const isName = IdentitySchema.safeParse(name).success
        expect([JSON.stringify(name), await ask(name, room)]).toEqual([JSON.stringify(name), isName ? 200 : 400])
      }
      expect(await ask('ada', room)).toBe(200)
    }
    const { entries } = expectData(await asked.query('audit.list', undefined, asService))
    expect(entries).toContainEqual(expect.objectContaining({ callerKind: 'passcode', target: 'ada', outcome: 'OK' }))
  })

  test('so are reports of Twilio', async () => {
    const [authToken, publicUrl] = ['the-auth-token-of-tests', 'https://video.example.com']
    const twilio = { ...SAMPLE_CREDENTIALS, TWILIO_AUTH_TOKEN: authToken, PUBLIC_URL: publicUrl }
    await using reported = await createGuardedWorld({ env: { ...(await env()), ...twilio } })
    const { store } = reported.app.roomkey.services
    await (await store.open()).bans.add({ sid: SID, name: 'x' }, 'eve')
    const report = { StatusCallbackEvent: 'participant-connected', RoomSid: SID, ParticipantSid: `PA${'1'.repeat(32)}` }
    for (const text of POISON) {
      for (const [fields, status] of [
        [{ ...report, ParticipantIdentity: text }, 204],
        [{ ...report, RoomSid: text, ParticipantIdentity: 'eve' }, 400],
      ] as const) {
        const body = new URLSearchParams(fields)
        const url = `${publicUrl}/twilio/status-callback`
        const signature = webhooks.getExpectedTwilioSignature(authToken, url, Object.fromEntries(body))
        const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature }
        const answer = await reported.send('/twilio/status-callback', {
          method: 'POST',
          headers,
          body: body.toString(),
        })
        expect([JSON.stringify(text), answer.status]).toEqual([JSON.stringify(text), status])
      }
    }
  })

  test('so are the identity and roles of a sign-in', async () => {
    for (const text of POISON) {
      expectHandled(await world.query('rooms.get', { sid: 'standup' }, await asUser(text)))
      expectHandled(await world.query('rooms.get', { sid: 'standup' }, await asUser('ann', { roles: [text] })))
    }
  })
})

function expectHandled(answer: TestResponse): void {
  if (answer.status === 200) return
  expect(answer.status, answer.text).toBeGreaterThanOrEqual(400)
  expect(answer.status, answer.text).toBeLessThan(500)
  expect(ERROR_CODES).toContain(answer.error?.data.roomkey.code)
}
