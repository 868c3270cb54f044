import type { ChildProcess } from 'node:child_process'
import { setTimeout as wait } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { startServer } from './access/process.ts'

test('a server that cannot keep up turns calls away, stays alive, and takes them again', async () => {
  await using server = await startServer({ MAX_EVENT_LOOP_DELAY_MS: '20' })
  const call = () => fetch(`${server.url}/trpc/auth.whoami`)
  const slowness = new AbortController()
  const slowedDown = slowDown(server.child, slowness.signal)

  await expect.poll(async () => (await call()).status).toBe(503)
  const refusal = await call()
  expect(refusal.headers.get('retry-after')).toBe('5')
  expect(await refusal.json()).toMatchObject({
    error: { data: { httpStatus: 503, roomkey: { code: 'OVERLOADED', retryAfterSeconds: 5 } } },
  })
  expect((await fetch(`${server.url}/healthz`)).status).toBe(200)

  slowness.abort()
  await slowedDown
  await expect.poll(async () => (await call()).status).toBe(200)
}, 90_000)

/** Takes the processor away from the process most of the time, as a machine does that has too much to do. */
async function slowDown(child: ChildProcess, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    child.kill('SIGSTOP')
    await wait(150)
    child.kill('SIGCONT')
    await wait(50)
  }
}
