import { createEmulator } from '@roomkey/emulator'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toEnvironment } from '../setup.ts'
import { startServer } from './process.ts'
import { asService, asUser, ENVIRONMENT } from './setup.ts'

test('a server killed in the middle of writes starts again with everything it acknowledged', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-killed-'))
  const emulator = await createEmulator()
  const env = { ...toEnvironment(emulator), ...ENVIRONMENT, OPEN_ACCESS: 'false', DATA_DIR: directory }
  const acknowledged: { sid: string; host: string; inviteId: string; banned: string }[] = []
  try {
    for (let round = 0; round < 2; round++) {
      await using server = await startServer(env)
      const before = acknowledged.length
      const writers = Array.from({ length: 8 }, (_, index) => write(`host-${round}-${index}`, server.url))
      await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before + 20)
      await server.kill('SIGKILL')
      await Promise.all(writers)
    }
    await using server = await startServer(env)
    for (const { sid, host, inviteId, banned } of acknowledged) {
      const headers = await asUser(host)
      const [room, invites, token] = await Promise.all([
        call(server.url, 'rooms.get', { sid }, headers),
        call(server.url, 'invites.list', { roomSid: sid }, headers),
        call(server.url, 'auth.getToken', { roomSid: sid, userId: banned }, asService),
      ])
      expect(room).toMatchObject({ result: { data: { sid, host } } })
      expect(invites).toMatchObject({ result: { data: { invites: [{ id: inviteId }] } } })
      expect(token).toMatchObject({ error: { data: { roomkey: { code: 'BANNED' } } } })
    }
  } finally {
    await emulator.close()
    await rm(directory, { recursive: true })
  }

  /** Writes until the server is gone; notes what was answered. */
  async function write(host: string, url: string): Promise<void> {
    const headers = await asUser(host)
    try {
      for (;;) {
        const created = await call(url, 'rooms.create', {}, headers)
        const sid = created.result.data.sid
        const invited = await call(url, 'invites.create', { roomSid: sid }, headers)
        const banned = `enemy of ${host}`
        const refused = await call(
          url,
          'participants.remove',
          { roomSid: sid, participant: banned, ban: true },
          headers,
        )
        if (refused.error?.data.roomkey.code !== 'PARTICIPANT_NOT_FOUND') throw new Error(JSON.stringify(refused))
        acknowledged.push({ sid, host, inviteId: invited.result.data.id, banned })
      }
    } catch (error) {
      // The kill shows as a broken connection; anything else is a fault of the server.
      if (!(error instanceof TypeError && error.message.includes('fetch failed'))) throw error
    }
  }
}, 240_000)

const QUERIES = new Set(['rooms.get', 'invites.list'])

// oxlint-disable-next-line typescript/no-explicit-any -- tests read the JSON as any client would
async function call(url: string, path: string, input: unknown, headers: Record<string, string>): Promise<any> {
  const answer = QUERIES.has(path)
    ? await fetch(`${url}/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`, { headers })
    : await fetch(`${url}/trpc/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(input),
      })
  const text = await answer.text().catch((cause: unknown) => {
    throw new TypeError('fetch failed', { cause })
  })
  return JSON.parse(text)
}
