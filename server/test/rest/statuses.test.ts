import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { contract, proceduresOf, type AnyProcedure } from '@roomkey/shared'
import { createOpenApi } from '@roomkey/shared/openapi'
import * as shared from '@roomkey/shared'
import { createFetchHandler } from '../../src/hosts/fetch-handler.ts'
import { createRoomkey, parseConfig } from '../../src/index.ts'
import { storeUnavailable } from '../../src/database/store-error.ts'
import { asService, asUser, createGuardedWorld } from '../access/setup.ts'
import { createFaultyTwilio, twilioError, type FaultyTwilio } from '../faulty-twilio.ts'
import { SAMPLE_CREDENTIALS, type TestResponse, type World } from '../setup.ts'

// Every operation of the document, made to give each status that the document lists for it, and no other.

const seen = new Map<string, Set<number>>()
const operations = proceduresOf(contract)
const document = createOpenApi(contract, { version: '0', schemas: shared })

type Headers = Record<string, string>
type Values = Record<string, unknown>

function procedureOf(name: string): AnyProcedure {
  const found = operations.find(([known]) => known === name)
  if (found === undefined) throw new TypeError(`the contract has no ${name}`)
  return found[1]
}

/** Calls an operation with these fields, wherever it takes them. */
async function call(
  world: World,
  name: string,
  fields: Values,
  headers: Headers = {},
  raw?: Headers & { body?: string },
) {
  const { http, kind } = procedureOf(name)
  const rest = { ...fields }
  const path = http.path.replaceAll(/\{(\w+)\}/g, (_match, field: string) => {
    const value = rest[field]
    delete rest[field]
    return encodeURIComponent(String(value))
  })
  const isRead = http.method === 'GET'
  const query = new URLSearchParams()
  if (isRead)
    for (const [field, value] of Object.entries(rest)) for (const text of toTexts(value)) query.append(field, text)
  const search = query.size === 0 ? '' : `?${query.toString()}`
  const url = `/v1${path}${search}`
  const sent = {
    method: http.method,
    headers: { ...(isRead ? {} : { 'content-type': 'application/json' }), ...headers, ...raw },
  }
  delete (sent.headers as Values)['body']
  const answer =
    kind === 'subscription'
      ? await first(world, url, sent)
      : await world.send(url, { ...sent, ...(isRead ? {} : { body: raw?.body ?? JSON.stringify(rest) }) })
  const statuses = seen.get(name) ?? new Set()
  seen.set(name, statuses.add(answer.status))
  return answer
}

/** A list is a parameter repeated; what is deeper stands as JSON. */
function toTexts(value: unknown): string[] {
  if (!Array.isArray(value)) return [String(value)]
  return value.some((item) => typeof item === 'object') ? [JSON.stringify(value)] : value.map(String)
}

/** The head of a stream, which has no end of its own. */
async function first(world: World, url: string, sent: { method: string; headers: Headers }): Promise<TestResponse> {
  const [address] = world.app.addresses()
  const abort = new AbortController()
  const response = await fetch(`http://127.0.0.1:${(address as AddressInfo).port}${url}`, {
    ...sent,
    signal: abort.signal,
  })
  const text = response.status === 200 ? '' : await response.text()
  abort.abort()
  return { status: response.status, headers: response.headers, text, data: undefined, error: undefined }
}

/** Fields that are right, for a room of this name. */
function fieldsFor(name: string, room: string): Values {
  const { example } = procedureOf(name)
  const fields = { ...(example as Values) }
  for (const field of ['sid', 'roomSid']) if (field in fields) fields[field] = room
  if (name === 'auth.getToken') delete fields['userId']
  if (name === 'events.follow') fields['rooms'] = [{ sid: room }]
  if (name === 'participants.anonymize') fields['roomSid'] = room
  return fields
}

let faulty: FaultyTwilio
beforeAll(async () => (faulty = await createFaultyTwilio(twilioError(400, 20001))))
afterAll(() => faulty[Symbol.asyncDispose]())

test('each status that the document lists for an operation is seen, and no other', async () => {
  await succeed()
  await refuse()
  await fail()
  await mintWhereNothingCarriesSignaling()
  const listed = Object.fromEntries(
    operations.map(([name, { http }]) => {
      const operation = document.paths[`/v1${http.path}`]?.[http.method.toLowerCase()] as { responses: object }
      return [name, Object.keys(operation.responses).map(Number)]
    }),
  )
  const found = Object.fromEntries([...seen].map(([name, statuses]) => [name, [...statuses].toSorted((a, b) => a - b)]))
  expect(found).toEqual(listed)
})

/** On a server that is well: what was asked, a second time, and of what is not there. */
async function succeed(): Promise<void> {
  await using world = await createGuardedWorld({ way: 'socket' })
  const ann = await asUser('ann')
  const emulator = await world.emulator()
  const make = async (name: string) => {
    const { data } = await world.mutate('rooms.create', { roomName: name }, ann)
    await emulator.addBot({ room: data.sid, identity: 'Beyoncé' })
    return data.sid as string
  }
  for (const [name, { kind, http }] of operations) {
    const room = await make(`room of ${name}`)
    const invite = (await world.mutate('invites.create', { roomSid: room }, ann)).data
    await world.mutate('bans.create', { roomSid: room, identity: 'kept out' }, ann)
    const fields = fieldsFor(name, room)
    if (name === 'rooms.create') fields['roomName'] = 'taken'
    if (name === 'invites.revoke') fields['id'] = invite.id
    if (name === 'bans.lift') fields['identity'] = 'kept out'
    const headers = name.startsWith('events.') || name === 'audit.list' ? asService : ann
    const { status, headers: head, text } = await call(world, name, fields, headers)
    expect([name, status, text.slice(0, 300)]).toEqual([name, http.status ?? 200, expect.anything()])
    const etag = head.get('etag')
    if (etag !== null) await call(world, name, fields, { ...headers, 'if-none-match': '*' })
    await call(world, name, { ...fields, surprise: 1 }, headers)
    if (name === 'rooms.create' || name === 'bans.lift') await call(world, name, fields, headers)
    await call(world, name, fieldsFor(name, `RM${'0'.repeat(32)}`), name.startsWith('participants') ? asService : ann)
    if (name === 'invites.revoke') await call(world, name, { id: '00000000-0000-4000-8000-000000000000' }, ann)
    if (kind === 'mutation') {
      await world.mutate('rooms.complete', { sid: room }, asService)
      await call(world, name, { ...fields, ...(name === 'participants.remove' && { participant: 'Beyoncé' }) }, headers)
    }
    if (http.status === 201) {
      const key = { ...headers, 'idempotency-key': `key-${name}` }
      const again = {
        ...fieldsFor(name, await make(`again ${name}`)),
        ...(name === 'rooms.create' && { roomName: 'again' }),
      }
      await call(world, name, again, key)
      const other = {
        ...again,
        ...(name === 'bans.create'
          ? { identity: 'other' }
          : name === 'rooms.create'
            ? { roomName: 'other' }
            : { maxUses: 9 }),
      }
      expect((await call(world, name, other, key)).status).toBe(422)
    }
  }
}

/** To callers who may not, and of requests that are no good whoever sends them. */
async function refuse(): Promise<void> {
  await using world = await createGuardedWorld({ way: 'socket' })
  await using busy = await createGuardedWorld({ way: 'socket', env: { RATE_LIMIT_CALLS: '1' } })
  const { data: room } = await world.mutate('rooms.create', {}, asService)
  const { data: revoked } = await world.mutate('invites.create', { roomSid: room.sid }, asService)
  await world.mutate('invites.revoke', { id: revoked.id }, asService)
  const limited = await asUser('zoe')
  await busy.query('auth.whoami', undefined, limited)
  for (const [name, { http }] of operations) {
    const fields = fieldsFor(name, room.sid)
    await call(world, name, fields, { authorization: 'Bearer nonsense' })
    await call(world, name, fields, { authorization: `Bearer ${revoked.invite}` })
    await call(world, name, fields, { authorization: `Bearer inv_${'x'.repeat(43)}` })
    await call(busy, name, fields, limited)
    if (http.method === 'GET') continue
    await call(world, name, fields, asService, { 'content-type': 'text/plain', body: '{}' })
    await call(world, name, fields, asService, { body: `"${'x'.repeat(300_000)}"` })
  }
}

/** By a server that has no database, a clock that fails, and a Twilio that does. */
async function fail(): Promise<void> {
  await using clockless = await createGuardedWorld({
    way: 'socket',
    overrides: {
      now: () => {
        throw new Error('planted')
      },
    },
  })
  const user = await asUser('ann')
  for (const [name] of operations) await call(clockless, name, fieldsFor(name, 'standup'), user)

  await using world = await createGuardedWorld({
    way: 'socket',
    env: {
      ...SAMPLE_CREDENTIALS,
      TWILIO_VIDEO_URL: faulty.url,
      TWILIO_TIMEOUT_MS: '300',
      TWILIO_READS_PER_SECOND: '1000',
      TWILIO_WRITES_PER_SECOND: '1000',
    },
  })
  const { invites } = await world.app.roomkey.services.store.open()
  const findByHash = () => Promise.reject(storeUnavailable(new Error('planted')))
  Object.assign(invites, { findByHash })
  const answers: FaultyTwilio['answer'][] = [
    twilioError(400, 20001),
    twilioError(401, 20003),
    (_request, response) => response.destroy(),
    () => undefined,
  ]
  for (const answer of answers) {
    faulty.answer = answer
    await Promise.all(operations.map(([name]) => call(world, name, fieldsFor(name, 'standup'), user)))
  }
  faulty.answer = twilioError(400, 53118)
  await call(world, 'participants.remove', { roomSid: 'over', participant: 'Bob' }, asService)
  for (const [name] of operations)
    await call(world, name, fieldsFor(name, 'standup'), { authorization: `Bearer inv_${'y'.repeat(43)}` })
}

/** In a function, whose host has no WebSockets, for a browser on another machine. */
async function mintWhereNothingCarriesSignaling(): Promise<void> {
  const roomkey = createRoomkey(parseConfig({ OPEN_ACCESS: 'true', DATA_DIR: ':memory:' }))
  const handler = createFetchHandler(roomkey)
  const { status } = await handler(
    new Request('https://video.example.com/v1/auth/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'Ada', roomSid: 'standup' }),
    }),
  )
  seen.get('auth.getToken')?.add(status)
  await roomkey.close()
}
