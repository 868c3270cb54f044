import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { initTRPC, type AnyTRPCRouter } from '@trpc/server'
import Fastify from 'fastify'
import { describe, expect, it } from 'vitest'
import { roomkeyTRPCPlugin } from '../src/index.ts'
import { findDrift } from '../src/trpc-internals.ts'
import manifest from '../package.json' with { type: 'json' }

describe('the ranges of the peers', () => {
  it('start with the versions that are tested as the oldest', () => {
    const { devDependencies, peerDependencies } = manifest
    expect({
      '@trpc/server': devDependencies['trpc-server-oldest'].replace('npm:@trpc/server@', '^'),
      fastify: devDependencies['fastify-oldest'].replace('npm:fastify@', '^'),
    }).toEqual(peerDependencies)
  })

  it.each(Object.keys(manifest.peerDependencies))('give %s as the rest of this workspace has it', async (name) => {
    const workspace = await readFile(new URL('../../pnpm-workspace.yaml', import.meta.url), 'utf8')
    const installed = await readFile(new URL(`../node_modules/${name}/package.json`, import.meta.url), 'utf8')
    const { version } = JSON.parse(installed) as { version: string }
    // The peers come by their range, which must not lead to a copy that others do not have.
    expect(workspace.replaceAll("'", '')).toContain(`\n  ${name}: ^${version}\n`)
  })

  it('are served from their oldest versions on', { timeout: 240_000 }, async () => {
    const { code, output } = await runTests(fileURLToPath(new URL('oldest/vitest.config.ts', import.meta.url)))
    expect(code, output).toBe(0)
    expect(output).toMatch(/Tests .*\d{2,} passed/)
  })
})

function runTests(config: string): Promise<{ code: number | null; output: string }> {
  const vitest = fileURLToPath(new URL('vitest.mjs', import.meta.resolve('vitest/package.json')))
  const child = spawn(process.execPath, [vitest, 'run', '--config', config, '--color=false'])
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text))
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}

const t = initTRPC.create()
const router = t.router({ one: t.procedure.query(() => 1), add: t.procedure.mutation(() => 2) })

/** The router, as a version of tRPC might make it that nobody knows yet. */
function changed(change: (def: Record<string, unknown>) => object): AnyTRPCRouter {
  const def = router._def as unknown as Record<string, unknown>
  return { ...router, _def: { ...def, ...change(def) } } as never
}

describe('tRPC as it is known here', () => {
  it('is what is installed', () => {
    expect(findDrift(router)).toBeUndefined()
  })

  it.each<[string, (def: Record<string, unknown>) => object]>([
    ['routers have no _config', () => ({ _config: undefined })],
    ['routers have no input transformer', () => ({ _config: { transformer: { output: { serialize: String } } } })],
    ['routers have no output transformer', () => ({ _config: { transformer: { input: { deserialize: String } } } })],
    ["a router's pathSeparator is no string", ({ _config }) => ({ _config: { ...Object(_config), pathSeparator: 1 } })],
    ["a router's sse is no object", ({ _config }) => ({ _config: { ...Object(_config), sse: true } })],
    ['routers have no list of lazy ones', () => ({ lazy: undefined })],
    ['routers have no list of procedures', () => ({ procedures: undefined })],
    ['strange is a procedure of an unknown kind', () => ({ procedures: { strange: () => 1 } })],
  ])('is not when %s', (drift, change) => {
    expect(findDrift(changed(change))).toBe(drift)
  })

  it("or tRPC's own handler serves, and the log says so once", async () => {
    const lines: { level: number; msg: string }[] = []
    const stream = { write: (line: string) => void lines.push(JSON.parse(line) as never) }
    await using app = Fastify({ logger: { level: 'warn', stream } })
    app.post('/host', (request) => ({ got: request.body }))
    const drifted = changed(({ procedures }) => ({
      procedures: Object.assign(Object.create(null), procedures, { strange: {} }),
    }))
    await app.register(roomkeyTRPCPlugin, { prefix: '/trpc', trpcOptions: { router: drifted } })
    expect((await app.inject('/trpc/one')).json()).toEqual({ result: { data: 1 } })
    expect((await app.inject({ method: 'POST', url: '/trpc/add', payload: {} })).json()).toEqual({
      result: { data: 2 },
    })
    expect((await app.inject('/trpc/one,one?batch=1')).json()).toHaveLength(2)
    expect((await app.inject({ method: 'POST', url: '/host', payload: { a: 1 } })).json()).toEqual({ got: { a: 1 } })
    expect(lines).toMatchObject([{ msg: expect.stringContaining('strange is a procedure of an unknown kind') }])
  })
})
