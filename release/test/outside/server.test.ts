import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { createProject, type Project } from './project.ts'
import { MODULES, typeCheck } from './type-check.ts'

const OURS = ['@roomkey/shared', '@roomkey/client', '@roomkey/trpc-fastify', '@roomkey/emulator', '@roomkey/server']
const ENVIRONMENT = { DATA_DIR: ':memory:', LOG_LEVEL: 'silent', PORT: '0' }

let project: Project
beforeAll(async () => {
  project = await createProject('server')
  await project.install([...OURS, 'fastify', 'twilio', '@trpc/server', '@types/node'])
})
afterAll(() => project[Symbol.asyncDispose]())

describe.each(inject('nodes').filter(({ floorOf }) => floorOf !== 'calls'))('on Node $version', ({ folder }) => {
  beforeAll(() => project.use(folder))

  test('npm installs all of it without a warning', async () => {
    const said = await project.run('npm', [
      'install',
      '--package-lock-only',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
    ])
    expect(said).not.toMatch(/EBADENGINE|deprecated/)
  })

  test('npx roomkey serves procedures and its page', async () => {
    const url = await project.start('npx', ['roomkey'], { ...ENVIRONMENT, LOG_LEVEL: 'info' }, /Page\s+(http:\S+)/)
    expect(await project.run('node', ['call.mjs', url])).toBe('standup 200\n')
  })

  test('roomkey has its commands: keys, audit, doctor', async () => {
    expect(await project.run('npx', ['roomkey', '--version'])).toMatch(/^\d+\.\d+\.\d+$/m)
    expect(await project.run('npx', ['roomkey', 'keys', 'create', 'billing'])).toContain('rk_')
    expect(await project.run('npx', ['roomkey', 'audit', '--json'], ENVIRONMENT)).not.toContain('Usage')
    expect(await project.run('npx', ['roomkey', 'doctor'], ENVIRONMENT)).toContain('failed: 0')
  })

  test('npx roomkey-emulator is Twilio Video for the official package, as createEmulator is', async () => {
    const url = await project.start('npx', ['roomkey-emulator', '--port', '0'], {}, /listening on (http:\S+)/)
    expect(await project.run('node', ['emulator.mjs', url])).toBe('standup\nstandup\n')
  })

  test('a program mounts the server, from ESM and from CommonJS', async () => {
    expect(await project.run('node', ['mount.mjs'], ENVIRONMENT)).toContain('standup 3 still yours\n')
    expect(await project.run('node', ['mount.cjs'], ENVIRONMENT)).toContain('standup true\n')
  })
})

test.each(Object.keys(MODULES) as (keyof typeof MODULES)[])(
  'a project that mounts it type-checks every library strictly: %s',
  async (module) => {
    expect(await typeCheck(project, module, ['main.ts', '--types', 'node'])).toBe('')
  },
)
