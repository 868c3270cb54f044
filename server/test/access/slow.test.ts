import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { startProgram, startServer } from './process.ts'
import { asUser, ENVIRONMENT } from './setup.ts'

// SLOW_CLIENTS=10000 vitest run server/test/access/slow.test.ts, where one process may hold as many files.
const COUNT = Math.min(Number(process.env['SLOW_CLIENTS'] ?? 2000), readFileLimit() - 500)

test('connections that send one byte a second keep nobody from being answered, and are cut off', async () => {
  await using server = await startServer({ ...ENVIRONMENT, HEADERS_TIMEOUT_MS: '5000' })
  const { port } = new URL(server.url)
  await using slow = startProgram('slow-clients.ts', [port, String(COUNT), '127.0.0.2'])
  const opened = slow.waitFor(/opened (\d+)/)
  const headers = await asUser('ann')
  let answered = 0
  let isOpen = false
  void opened.then(() => (isOpen = true))
  // While they come, and a while after.
  for (let after = 0; after < 20;) {
    const answer = await fetch(`${server.url}/trpc/rooms.list`, { headers, signal: AbortSignal.timeout(60_000) })
    expect(answer.status).toBe(200)
    await answer.text()
    answered++
    if (isOpen) after++
  }
  expect(Number((await opened)[1])).toBe(COUNT)
  expect(answered).toBeGreaterThanOrEqual(20)
  await slow.waitFor(/all closed/)
}, 240_000)

test('one address holds so many connections, and others still get through', async () => {
  await using server = await startServer({
    ...ENVIRONMENT,
    MAX_CONNECTIONS_PER_ADDRESS: '50',
    HEADERS_TIMEOUT_MS: '60000',
  })
  const { port } = new URL(server.url)
  await using slow = startProgram('slow-clients.ts', [port, '300', '127.0.0.2'])
  await slow.waitFor(/opened/)
  const headers = await asUser('ann')
  const connections = async () =>
    Number(execFileSync('sh', ['-c', `ls -l /proc/${server.child.pid}/fd | grep -c socket`]))
  if (process.platform === 'linux') await expect.poll(connections, { timeout: 60_000 }).toBeLessThan(100)
  const answer = await fetch(`${server.url}/trpc/rooms.list`, { headers, signal: AbortSignal.timeout(60_000) })
  expect(answer.status).toBe(200)
}, 120_000)

function readFileLimit(): number {
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim()
  return limit === 'unlimited' ? Number.MAX_SAFE_INTEGER : Number(limit)
}
