import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { asBearer, asUser, createGuardedWorld, createRoom, outcomeOf, SIGN_IN_SECRET } from './setup.ts'

const PATIENCE_MS = 120_000

/** Runs one of the server's commands as npm would. */
async function run(script: string, args: string[], env: Record<string, string> = {}) {
  const path = fileURLToPath(new URL(`../../src/${script}`, import.meta.url))
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const options = { env: { PATH, NODE_COMPILE_CACHE, ...env }, cwd: tmpdir() }
  return promisify(execFile)(process.execPath, [path, ...args], options)
}

test(
  'keys makes a key that works with the entry it prints',
  async () => {
    const { stdout } = await run('cli/keys.ts', ['create', 'billing'])
    const [key = '', entry = ''] = [...stdout.matchAll(/^ {2}(\S+)$/gm)].map(([, text]) => text)
    expect(key).toMatch(/^rk_[\w-]{43}$/)
    expect(entry).not.toContain(key.slice(3))
    await using world = await createGuardedWorld({ env: { API_KEYS: entry } })
    for (const headers of [asBearer(key), { 'x-api-key': key }]) {
      const { data } = await world.query('auth.whoami', undefined, headers)
      expect(data).toMatchObject({ kind: 'service', identity: 'billing' })
    }
    expect(outcomeOf(await world.query('auth.whoami', undefined, asBearer(`${key.slice(0, -1)}_`)))).toBe(
      'UNAUTHENTICATED',
    )
    const token = await world.mutate('auth.getToken', { roomSid: 'any room', userId: 'anyone' }, asBearer(key))
    expect(outcomeOf(token)).toBe('OK')
  },
  PATIENCE_MS,
)

test(
  'keys says how to use it when it is used wrongly',
  async () => {
    for (const args of [[], ['create', 'two words'], ['delete', 'x']]) {
      await expect(run('cli/keys.ts', args)).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('Usage'),
      })
    }
  },
  PATIENCE_MS,
)

test(
  'audit prints the log, from any number of processes that start at once on an empty directory',
  async () => {
    const directory = await mkdtemp(join(tmpdir(), 'roomkey-commands-'))
    const env = { AUTH_JWT_SECRET: SIGN_IN_SECRET, DATA_DIR: directory }
    try {
      const empty = await Promise.all([1, 2, 3].map(() => run('cli/audit.ts', [], env)))
      expect(empty.map(({ stdout }) => stdout)).toEqual(['', '', ''])
      expect(empty[0]?.stderr).toContain('no such entry')
      expect((await run('cli/audit.ts', [])).stderr).toContain('nobody has a name')
      const { sid } = await (async () => {
        await using world = await createGuardedWorld({ env })
        return await createRoom(world, await asUser('ann'), { roomName: 'Monday' })
      })()
      const { stdout } = await run('cli/audit.ts', ['--room', sid, '--json'], env)
      expect(JSON.parse(stdout)).toMatchObject({ caller: 'ann', action: 'rooms.create', room: sid, outcome: 'OK' })
      expect((await run('cli/audit.ts', ['--limit', '1'], env)).stdout).toContain(
        `ann  rooms.create  ${sid}  Monday  OK`,
      )
      await expect(run('cli/audit.ts', ['--limit', 'many'], env)).rejects.toMatchObject({ code: 1 })
    } finally {
      await rm(directory, { recursive: true })
    }
  },
  PATIENCE_MS,
)

test(
  'doctor says what a server would need, exits with 1 when anything fails, and prints no secret',
  async () => {
    const good = await run('cli/doctor.ts', ['--json'], { PORT: '0' })
    const { ok, checks } = JSON.parse(good.stdout) as { ok: boolean; checks: Record<string, string>[] }
    expect([ok, checks[0]]).toEqual([true, { name: 'configuration', status: 'ok', message: expect.any(String) }])
    expect(checks.every(({ status }) => status === 'ok' || status === 'warning')).toBe(true)

    const bad = run('cli/doctor.ts', [], { PORT: '0', TWILIO_API_SECRET: 'planted-secret', LOG_LEVL: 'info' })
    await expect(bad).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^failed +configuration.*missing/),
    })
    await expect(bad).rejects.not.toMatchObject({ stdout: expect.stringContaining('planted') })

    const misspelled = await run('cli/doctor.ts', [], { PORT: '0', LOG_LEVL: 'info' })
    expect(misspelled.stdout).toMatch(/^warning +configuration +LOG_LEVL is not read: is LOG_LEVEL meant/)
    expect((await run('cli/doctor.ts', ['--help'])).stdout).toContain('Usage: roomkey doctor')
    await expect(run('cli/doctor.ts', ['--jsno'])).rejects.toMatchObject({ code: 1 })
  },
  PATIENCE_MS,
)
