import { expect, test } from 'vitest'
import { callEachOther } from './call-each-other.ts'
import { createProject } from './project.ts'

const OURS = ['@roomkey/shared', '@roomkey/client', '@roomkey/trpc-fastify', '@roomkey/emulator', '@roomkey/server']

test('two people see each other in an app of Vite and React that uses the hooks, and roomkey from its package', async () => {
  await using project = await createProject('vite')
  await project.install([...OURS, 'react', 'react-dom', 'twilio-video', 'vite', '@vitejs/plugin-react'])
  expect(await project.run('npx', ['vite', 'build'])).not.toMatch(/warn|externalized for browser/i)
  const app = await project.start(
    'npx',
    ['vite', 'preview', '--port', '0', '--host', '127.0.0.1'],
    {},
    /Local:.*?(http:\/\/[\d.:]+)/,
  )
  const environment = { PORT: '0', DATA_DIR: ':memory:', CORS_ORIGINS: app }
  const server = await project.start('npx', ['roomkey'], environment, /Page\s+(http:\S+)/)
  await callEachOther(`${app}/?server=${server}`)
})
