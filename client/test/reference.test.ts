import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { buildApp, parseConfig } from '@roomkey/server'
import { COMMON_ERRORS, contract, proceduresOf, type ErrorData } from '@roomkey/shared'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createRoomkeyClient, isRoomkeyError, type RoomkeyClient } from '../src/index.ts'

// The examples of docs/reference, run as they stand there. Some find nothing, such as an invitation that nobody made:
// then they fail with a code that their page lists.

const run = promisify(execFile)
const app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:' }))
let url: string
let roomkey: RoomkeyClient

beforeAll(async () => {
  url = await app.listen({ port: 0, host: '127.0.0.1' })
  roomkey = createRoomkeyClient({ url })
})
afterAll(() => app.close())

beforeEach(async (context) => {
  const { rooms } = await roomkey.rooms.list({ roomName: 'standup' })
  const isMade = context.task.name.includes('rooms.create')
  if (rooms[0] !== undefined && isMade) await roomkey.rooms.complete({ sid: rooms[0].sid })
  if (rooms[0] === undefined && !isMade) await roomkey.rooms.create({ roomName: 'standup' })
})

const AsyncFunction = async function () {}.constructor as new (
  ...texts: string[]
) => (...values: unknown[]) => Promise<void>

/** What ends the loop of an example when it has shown an event. */
class Shown extends Error {}

describe.each(proceduresOf(contract))('%s', (name, { errors, kind }) => {
  const [router = ''] = name.split('.')
  const listed: readonly string[] = [...COMMON_ERRORS, ...errors].filter((code) => code !== 'INVALID_INPUT')

  async function exampleIn(language: string): Promise<string> {
    const page = await readFile(new URL(`../../docs/reference/${router}.md`, import.meta.url), 'utf8')
    const section = page.slice(page.indexOf(`\n## ${name}\n`))
    const code = new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\``, 'ms').exec(section)?.[1]
    if (code === undefined) throw new Error(`no ${language} example of ${name}`)
    return code
  }

  test.runIf(kind === 'subscription')(`${name} by curl, event by event`, async () => {
    const command = (await exampleIn('sh')).replace('http://localhost:5000', url)
    const curl = spawn('sh', ['-c', `exec ${command}`], { stdio: ['ignore', 'pipe', 'ignore'] })
    const ended = once(curl, 'exit')
    let printed = ''
    for await (const text of curl.stdout.setEncoding('utf8')) if (/^data: .*"type"/m.test((printed += text))) break
    curl.kill()
    await ended
    expect(printed).toMatch(/^id: \d+$/m)
  })

  test.runIf(kind === 'subscription')(`${name} by the client, event by event`, async () => {
    const show = () => {
      throw new Shown()
    }
    const shown = new AsyncFunction('roomkey', 'console', await exampleIn('ts'))(roomkey, { log: show })
    await expect(shown).rejects.toThrow(Shown)
  })

  test.skipIf(kind === 'subscription')(`${name} by curl`, async () => {
    const command = (await exampleIn('sh')).replace('http://localhost:5000', url)
    const { stdout } = await run('sh', ['-c', command])
    const body = JSON.parse(stdout) as { result?: object; error?: { data: { roomkey: ErrorData } } }
    if (body.result === undefined) expect(listed).toContain(body.error?.data.roomkey.code)
  })

  test.skipIf(kind === 'subscription')(`${name} by the client`, async () => {
    try {
      await new AsyncFunction('roomkey', await exampleIn('ts'))(roomkey)
    } catch (error) {
      if (!isRoomkeyError(error)) throw error
      expect(listed).toContain(error.code)
    }
  })
})
