import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createRoomkeyClient } from '@roomkey/client'
import { expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'
import { startServer } from './server.ts'

const SECRET = `whsec_${Buffer.alloc(32, 'docs').toString('base64')}`

test('the backend in docs/events.md takes the events that are forwarded, and nobody else’s', async () => {
  const block = (await readBlocks()).find(
    ({ document, code }) => document === 'docs/events.md' && code.includes('standardwebhooks'),
  )
  const folder = await mkdtemp(fileURLToPath(new URL('../.programs-', import.meta.url)))
  const port = await findFreePort()
  await writeFile(`${folder}/backend.ts`, block?.code ?? '')
  const backend = spawn(process.execPath, [`${folder}/backend.ts`], {
    env: { EVENTS_WEBHOOK_SECRET: SECRET, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const lines = createInterface(backend.stdout)[Symbol.asyncIterator]()
    await using server = await startServer({
      EVENTS_WEBHOOK_URL: `http://localhost:${port}/`,
      EVENTS_WEBHOOK_SECRET: SECRET,
      EVENTS_WEBHOOK_PRIVATE_HOSTS: 'localhost',
    })
    const roomkey = createRoomkeyClient({ url: server.url })
    const { sid } = await roomkey.rooms.create()
    expect((await lines.next()).value).toBe(`room-created ${sid}`)
    await roomkey.rooms.complete({ sid })
    expect((await lines.next()).value).toBe(`room-ended ${sid}`)

    const headers = { 'webhook-id': 'evt_1', 'webhook-timestamp': String(Math.floor(Date.now() / 1000)) }
    const forged = { ...headers, 'webhook-signature': 'v1,bm90IHNpZ25lZA==' }
    for (const sent of [{}, forged]) {
      const response = await fetch(`http://localhost:${port}/`, { method: 'POST', body: '{}', headers: sent })
      expect(response.status).toBe(400)
    }
  } finally {
    backend.kill()
    await once(backend, 'exit')
    await rm(folder, { recursive: true })
  }
})

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
