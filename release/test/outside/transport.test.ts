import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { createProject, type Project } from './project.ts'

let project: Project
beforeAll(async () => {
  project = await createProject('transport')
  await project.install(['@roomkey/trpc-fastify', '@trpc/server', 'fastify'])
})
afterAll(() => project[Symbol.asyncDispose]())

test.each(inject('nodes').filter(({ floorOf }) => floorOf !== 'server'))(
  'on Node $version, a router over Fastify answers a query and a subscription',
  async ({ version, folder }) => {
    project.use(folder)
    expect(await project.run('node', ['--version'])).toBe(`v${version}\n`)
    expect(await project.run('node', ['main.mjs'])).toBe('hello 1 2 3\n')
  },
)
