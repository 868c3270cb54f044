import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import webhooks from 'twilio/lib/webhooks/webhooks.js'
import { asService, createGuardedWorld, expectData } from '../access/setup.ts'
import { arrival, AUTH_TOKEN, PUBLIC_URL, report, REPORTED, ROOM, send } from '../events/setup.ts'
import type { TestResponse, World } from '../setup.ts'
import { startStores } from './stores.ts'

// Whoever finds the address of the status callbacks can say to it what they like.

const { stores } = startStores()
const URL = `${PUBLIC_URL}/twilio/status-callback`

const signed = (fields: Record<string, string>, url = URL) =>
  webhooks.getExpectedTwilioSignature(AUTH_TOKEN, url, fields)

function post(world: World, body: string, headers: Record<string, string>, query = ''): Promise<TestResponse> {
  return world.send(`/twilio/status-callback${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body,
  })
}

const form = (fields: Record<string, string>) => new URLSearchParams(fields).toString()

async function historyOf(world: World): Promise<{ type: string; id: string }[]> {
  return expectData(await world.query('rooms.history', { sid: ROOM, limit: 1000 }, asService)).events
}

describe.each(stores)('on $name', ({ env }) => {
  test('what is forged, changed, huge or malformed is refused and changes nothing', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    expect((await send(world, report('room-created'))).status).toBe(204)
    const before = await historyOf(world)
    const good = arrival(1)
    const signature = signed(good)
    const attacks: [what: string, answer: Promise<TestResponse>, status: number][] = [
      ['no signature', post(world, form(good), {}), 403],
      ['a signature that is empty', post(world, form(good), { 'x-twilio-signature': '' }), 403],
      ['nonsense', post(world, form(good), { 'x-twilio-signature': 'nonsense' }), 403],
      ['signed with another token', send(world, good, 'another-token'), 403],
      ['signed with no token', send(world, good, ''), 403],
      [
        'another person',
        post(world, form({ ...good, ParticipantIdentity: 'eve' }), { 'x-twilio-signature': signature }),
        403,
      ],
      ['one parameter more', post(world, form({ ...good, Extra: 'x' }), { 'x-twilio-signature': signature }), 403],
      ['one parameter twice', post(world, `${form(good)}&RoomSid=x`, { 'x-twilio-signature': signature }), 403],
      [
        'one parameter less',
        post(world, form(good).replace(/&SequenceNumber=\d+/, ''), { 'x-twilio-signature': signature }),
        403,
      ],
      [
        'over another address',
        post(world, form(good), { 'x-twilio-signature': signed(good, 'https://evil.example.com/') }),
        403,
      ],
      ['with a query', post(world, form(good), { 'x-twilio-signature': signature }, '?x=1'), 403],
      ['without a body', post(world, '', { 'x-twilio-signature': signature }), 403],
      [
        'as JSON',
        post(world, JSON.stringify(good), { 'x-twilio-signature': signature, 'content-type': 'application/json' }),
        415,
      ],
      [
        'as plain text',
        post(world, form(good), { 'x-twilio-signature': signature, 'content-type': 'text/plain' }),
        415,
      ],
      ['huge', send(world, { ...good, Padding: 'x'.repeat(70_000) }), 413],
      [
        'ten thousand parameters',
        send(world, { ...good, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, n) => [`p${n}`, ''])) }),
        413,
      ],
      ['of no room', send(world, { ...good, RoomSid: 'standup' }), 400],
      ['of no event', send(world, { ...good, StatusCallbackEvent: '' }), 400],
      ['of an event with an endless name', send(world, { ...good, StatusCallbackEvent: 'x'.repeat(1000) }), 400],
      ['an empty form', send(world, {}), 400],
    ]
    for (const [what, answer, status] of attacks) expect([what, (await answer).status]).toEqual([what, status])
    expect(await historyOf(world)).toEqual(before)
    // And the same report, by Twilio itself.
    expect((await send(world, good)).status).toBe(204)
    expect(await historyOf(world)).toHaveLength(before.length + 1)
  })

  test('a report that is sent again, once or a hundred times at once, is one event', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    const answers = await Promise.all(Array.from({ length: 100 }, () => send(world, arrival(1))))
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]))
    expect((await send(world, arrival(1, { SequenceNumber: '99' }))).status).toBe(204)
    expect(await historyOf(world)).toHaveLength(1)
  })

  test('what nobody knows is kept as it came, and names are but names', async () => {
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()) } })
    const fields = report('room-painted', {
      Colour: 'blue',
      ['__proto__']: 'x',
      constructor: 'y',
      ParticipantIdentity: 'a\0b',
    })
    expect((await send(world, fields)).status).toBe(204)
    const [event] = await historyOf(world)
    expect(event).toMatchObject({
      type: 'unknown',
      name: 'room-painted',
      roomSid: ROOM,
      at: '2026-01-01T00:00:00.000Z',
    })
    expect(event).toMatchObject({ parameters: { Colour: 'blue', constructor: 'y', ParticipantIdentity: 'a\uFFFDb' } })
    expect(JSON.stringify(event)).not.toContain('AccountSid')
  })

  test('either of two auth tokens is good while one is replaced, and neither when there are none', async () => {
    const tokens = { TWILIO_AUTH_TOKEN: 'the-new-auth-token', TWILIO_AUTH_TOKEN_PREVIOUS: AUTH_TOKEN }
    await using world = await createGuardedWorld({ env: { ...REPORTED, ...(await env()), ...tokens } })
    expect((await send(world, arrival(1), 'the-new-auth-token')).status).toBe(204)
    expect((await send(world, arrival(2), AUTH_TOKEN)).status).toBe(204)
    expect((await send(world, arrival(3), 'the-oldest')).status).toBe(403)
  })
})

test('what cannot be stored is answered 503, so that Twilio sends it again', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-callbacks-'))
  await using world = await createGuardedWorld({ env: { ...REPORTED, DATA_DIR: directory } })
  expect((await send(world, arrival(1))).status).toBe(204)
  await rm(directory, { recursive: true })
  expect((await send(world, arrival(2))).status).toBe(503)
})
