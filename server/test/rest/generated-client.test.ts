import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createWorld, type World } from '../setup.ts'

// The client is what a stranger's tool makes of the document; nothing of Roomkey's own is in it.
type Answer = { data?: never; error?: { code: string; status: number }; response: Response }
type Operation = (options: object) => Promise<Answer>
type Sdk = Record<string, Operation>

const TOOL = fileURLToPath(
  new URL('../../../generate/strange-client/node_modules/@hey-api/openapi-ts/bin/run.js', import.meta.url),
)

let world: World
let directory: string
let sdk: Sdk
beforeAll(async () => {
  world = await createWorld({ way: 'socket' })
  // Where packages are found.
  directory = await mkdtemp(fileURLToPath(new URL('../../.generated-', import.meta.url)))
  await writeFile(`${directory}/openapi.json`, (await world.send('/openapi.json')).text)
  await promisify(execFile)(process.execPath, [
    TOOL,
    '-i',
    `${directory}/openapi.json`,
    '-o',
    `${directory}/roomkey`,
    '-s',
  ])
  const { client } = (await import(`${directory}/roomkey/client.gen.ts`)) as {
    client: { setConfig: (config: object) => void }
  }
  const [address] = world.app.addresses()
  client.setConfig({ baseUrl: `http://127.0.0.1:${(address as AddressInfo).port}` })
  sdk = (await import(`${directory}/roomkey/sdk.gen.ts`)) as Sdk
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

function operationOf(name: string): Operation {
  const operation = sdk[name]
  if (operation === undefined) throw new Error(`there is no ${name} among ${Object.keys(sdk).join(', ')}`)
  return operation
}

async function call<TData>(name: string, options: object = {}): Promise<TData> {
  const { data, error } = await operationOf(name)(options)
  if (error !== undefined) throw new Error(JSON.stringify(error))
  return data as TData
}

test('drives a whole room', async () => {
  const room = await call<{ sid: string; name: string }>('roomsCreate', {
    body: { roomName: 'Größe/wahn' },
    headers: { 'idempotency-key': 'one' },
  })
  expect(room.name).toBe('Größe/wahn')
  const found = await call<{ sid: string }>('roomsGet', { path: { sid: 'Größe/wahn' } })
  expect(found.sid).toBe(room.sid)
  const token = await call<{ token: string }>('authGetToken', { body: { userId: 'Ada', roomSid: room.sid } })
  expect(token.token).toMatch(/^eyJ/)
  const inside = await call<{ participants: object[]; next: null }>('participantsList', {
    path: { roomSid: room.sid },
    query: { limit: 5 },
  })
  expect(inside).toEqual({ participants: [], next: null })

  const { stream } = (await operationOf('roomsEvents')({ path: { sid: room.sid } })) as unknown as {
    stream: AsyncIterable<{ type: string }>
  }
  const seen: string[] = []
  for await (const event of stream) {
    if (seen.push(event.type) === 1) await call('roomsComplete', { path: { sid: room.sid } })
    if (event.type === 'room-ended') break
  }
  expect(seen.at(-1)).toBe('room-ended')
  const { error } = await operationOf('roomsComplete')({ path: { sid: room.sid } })
  expect(error).toMatchObject({ status: 409, code: 'ROOM_COMPLETED' })
})

test('has every operation of the document', async () => {
  const { paths } = JSON.parse((await world.send('/openapi.json')).text) as {
    paths: Record<string, Record<string, { operationId: string }>>
  }
  const names = Object.values(paths).flatMap((path) => Object.values(path).map(({ operationId }) => operationId))
  const expected = names.map((name) => name.replace(/\.(.)/, (_dot, letter: string) => letter.toUpperCase()))
  expect(Object.keys(sdk)).toEqual(expect.arrayContaining(expected))
})
