import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { serve } from './serve.ts'
import { INPUT, JSON_HEADERS } from './work.ts'

/** Roomkey as `npm start` runs it: the emulator inside, nobody asked who they are. */
export const roomkey: Contender = {
  name: 'roomkey',
  title: 'Roomkey',
  url: import.meta.url,
  env: { LOG_LEVEL: 'warn' },
  mint: { method: 'POST', path: '/trpc/auth.getToken', headers: JSON_HEADERS, body: JSON.stringify(INPUT) },
}

if (import.meta.main) {
  await serve(async (port) => {
    const { buildApp, parseConfig } = await import('@roomkey/server')
    const app = buildApp(parseConfig(process.env))
    await app.listen({ port, host: '127.0.0.1' })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
