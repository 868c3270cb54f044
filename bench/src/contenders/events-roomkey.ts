import type { AddressInfo } from 'node:net'
import { AUTH_TOKEN, PUBLIC_URL } from '../callbacks.ts'
import { serve } from './serve.ts'
import { INPUT, JSON_HEADERS, TWILIO_ENVIRONMENT } from './work.ts'

/** Roomkey as in production, on SQLite in a file or, with `DATABASE_URL`, on PostgreSQL: each commit is on the disk. */
export const eventsRoomkey = {
  name: 'roomkey',
  title: 'Roomkey, SQLite',
  url: import.meta.url,
  env: {
    ...TWILIO_ENVIRONMENT,
    TWILIO_AUTH_TOKEN: AUTH_TOKEN,
    PUBLIC_URL,
    OPEN_ACCESS: 'true',
    // Nobody is there to compare with, and its SDK would be loaded at some moment in between.
    EVENTS_RECONCILE_SECONDS: 'off',
  },
  storesFiles: true,
  mint: { method: 'POST' as const, path: '/trpc/auth.getToken', headers: JSON_HEADERS, body: JSON.stringify(INPUT) },
}

if (import.meta.main) {
  await serve(async (port) => {
    const { buildApp, parseConfig } = await import('@roomkey/server')
    const { DATABASE_URL, DATA_DIR, ...env } = process.env
    const app = buildApp(parseConfig({ ...env, ...(DATABASE_URL === undefined ? { DATA_DIR } : { DATABASE_URL }) }))
    await app.listen({ port, host: '127.0.0.1', backlog: 4096 })
    return { port: (app.server.address() as AddressInfo).port }
  })
}
