import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ERROR_CODES } from '@roomkey/shared'
import { buildApp, parseConfig } from '@roomkey/server'
import { beforeAll, describe, expect, test } from 'vitest'

const run = promisify(execFile)
let readme: string

beforeAll(async () => {
  readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8')
})

/** A server as `npm start` makes it, on a port of its own. */
async function startServer() {
  const app = buildApp(parseConfig({ LOG_LEVEL: 'silent' }))
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return { url, [Symbol.asyncDispose]: () => app.close() }
}

/** The code blocks of one language, in order. */
function blocks(language: string): string[] {
  return [...readme.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'))].map(([, code = '']) => code)
}

function blockWith(language: string, text: string): string {
  const block = blocks(language).find((code) => code.includes(text))
  if (block === undefined) throw new Error(`README has no ${language} block with ${text}`)
  return block
}

const ANSWER = {
  userId: 'Beyoncé',
  roomSid: 'RM12345678901234567890123456789012',
  token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/) as string,
  expiresAt: expect.stringMatching(/^\d{4}-.*Z$/) as string,
}

describe('the first things README tells to try', () => {
  test('curl gets an access token, shaped as README shows it', async () => {
    await using server = await startServer()
    const command = blockWith('sh', 'curl').replace('http://localhost:5000', server.url)
    const { stdout } = await run('sh', ['-c', command])
    const answer = JSON.parse(stdout) as { result: { data: object } }
    expect(answer.result.data).toMatchObject(ANSWER)
    const shown = JSON.parse(blockWith('json', 'eyJ').replace('…', '')) as { result: { data: object } }
    expect(Object.keys(answer.result.data)).toEqual(Object.keys(shown.result.data))
  })

  test('HTTPie gets one too', async () => {
    await using server = await startServer()
    const [, , address = '', ...fields] = blockWith('sh', 'http POST').trim().split(' ')
    // What HTTPie makes of such a line: fields as a JSON object, and these headers.
    const response = await fetch(address.replace(':5000', server.url), {
      method: 'POST',
      headers: {
        accept: 'application/json, */*;q=0.5',
        'content-type': 'application/json',
        'user-agent': 'HTTPie/3.2',
      },
      body: JSON.stringify(Object.fromEntries(fields.map((field) => field.split('=')))),
    })
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ result: { data: ANSWER } })
  })

  test('the typed client creates a room and gets a token for it', async () => {
    await using server = await startServer()
    const folder = await mkdtemp(fileURLToPath(new URL('readme-', import.meta.url)))
    try {
      const program = blockWith('ts', 'rooms.create').replace('http://localhost:5000', server.url)
      await writeFile(`${folder}/program.ts`, `${program}\nconsole.log(JSON.stringify({ room, token, expiresAt }))\n`)
      const { stdout } = await run(process.execPath, [`${folder}/program.ts`])
      expect(JSON.parse(stdout)).toMatchObject({
        room: { name: 'standup', maxParticipants: 10 },
        token: ANSWER.token,
        expiresAt: ANSWER.expiresAt,
      })
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

describe('the tables of README', () => {
  test('name every error code', () => {
    for (const code of ERROR_CODES) expect(readme).toContain(`\`${code}\``)
  })
})
