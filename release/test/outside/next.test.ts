import { afterAll, beforeAll, expect, test } from 'vitest'
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
  const url = await project.start(
    'npx',
    ['next', 'start', '--port', '0', '--hostname', '127.0.0.1'],
    environment,
    /Local:\s+(http:\S+)/,
  )
  const whoami = await fetch(`${url}/api/video/trpc/auth.whoami`)
  expect(await whoami.json()).toMatchObject({ result: { data: { kind: expect.any(String) as string } } })
  await callEachOther(url)
  // The emulator inside has reported it, to a server that nobody told where it is.
  const history = await fetch(`${url}/api/video/v1/rooms/standup/history`)
  const { events } = (await history.json()) as { events: { type: string; identity?: string }[] }
  expect(events.map(({ type, identity }) => `${type} ${identity ?? ''}`)).toContain('participant-connected ann')
})
