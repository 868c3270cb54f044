import { createEmulator } from '@roomkey/emulator'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findFreePort } from '../../../examples/test/run-example.ts'
import { callEachOther } from './call-each-other.ts'
import { createProject, type Project } from './project.ts'

const OURS = ['@roomkey/shared', '@roomkey/client', '@roomkey/trpc-fastify', '@roomkey/emulator', '@roomkey/server']
const ENVIRONMENT = { DATA_DIR: ':memory:', NEXT_TELEMETRY_DISABLED: '1', CI: '1' }

let project: Project
beforeAll(async () => {
  project = await createProject('next', '../../../examples/nextjs')
  const peers = ['react', 'react-dom', 'twilio-video', 'typescript', '@types/react', '@types/node']
  await project.install([...OURS, 'next@16.4.6', ...peers])
})
afterAll(() => project[Symbol.asyncDispose]())

// The App Router holds the server in a route and the hooks in a page.
test.each([
  ['Turbopack', '--turbopack'],
  ['webpack', '--webpack'],
])('two people see each other in an app of Next.js with Roomkey inside, built by %s', async (_name, bundler) => {
  const environment = { ...ENVIRONMENT, DIST: `.next${bundler}` }
  await project.run('npx', ['next', 'build', bundler], environment)
  const url = await start(environment)
  const whoami = await fetch(`${url}/api/video/trpc/auth.whoami`)
  expect(await whoami.json()).toMatchObject({ result: { data: { kind: expect.any(String) as string } } })
  await callEachOther(url)
  // The emulator inside has reported it, to a server that nobody told where it is.
  expect(await historyOf(url)).toContain('participant-connected ann')

  // On Twilio, whose place an emulator takes, the reports come over HTTP.
  await using emulator = await createEmulator()
  const port = String(await findFreePort())
  const { accountSid, apiKeySid, apiKeySecret, authToken } = emulator.credentials
  const onTwilio = await start({
    ...environment,
    PORT: port,
    PUBLIC_URL: `http://127.0.0.1:${port}/api/video`,
    TWILIO_ACCOUNT_SID: accountSid,
    TWILIO_API_KEY: apiKeySid,
    TWILIO_API_SECRET: apiKeySecret,
    TWILIO_AUTH_TOKEN: authToken,
    TWILIO_VIDEO_URL: emulator.url,
    OPEN_ACCESS: 'true',
  })
  await fetch(`${onTwilio}/api/video/v1/rooms`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roomName: 'standup' }),
  })
  await emulator.addBot({ room: 'standup', identity: 'bot' })
  await expect.poll(() => historyOf(onTwilio)).toContain('participant-connected bot')
})

function start(environment: Record<string, string>): Promise<string> {
  const args = ['next', 'start', '--port', environment['PORT'] ?? '0', '--hostname', '127.0.0.1']
  return project.start('npx', args, environment, /Local:\s+(http:\S+)/)
}

/** What was reported of the room; what was only inferred is not in it. */
async function historyOf(url: string): Promise<string[]> {
  const history = await fetch(`${url}/api/video/v1/rooms/standup/history`)
  const { events } = (await history.json()) as { events: { type: string; identity?: string; inferred: boolean }[] }
  return events.filter(({ inferred }) => !inferred).map(({ type, identity }) => `${type} ${identity ?? ''}`)
}
