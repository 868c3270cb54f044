import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect } from 'vitest'
import { examine } from '../src/cli/doctor/examine.ts'
import { parseConfig } from '../src/index.ts'
import { WIRE_ROOM } from './faulty-twilio.ts'
import { SAMPLE_CREDENTIALS } from './setup.ts'

export const AUTH_TOKEN = 'auth-token-of-tests-0123456789abc'
export const TWILIO = {
  ...SAMPLE_CREDENTIALS,
  TWILIO_AUTH_TOKEN: AUTH_TOKEN,
  OPEN_ACCESS: 'true',
  DATA_DIR: ':memory:',
}
export const ROOMS = { rooms: [WIRE_ROOM], meta: { page: 0, page_size: 1, next_page_url: null, key: 'rooms' } }

/** How each check ends for a server with these variables: `status message`. */
export async function diagnose(
  env: Record<string, string | undefined>,
  timeoutMs?: number,
): Promise<Record<string, string>> {
  const found = await examine(parseConfig({ PORT: '0', DATA_DIR: ':memory:', ...env }), timeoutMs)
  const text = JSON.stringify(found)
  for (const secret of [SAMPLE_CREDENTIALS.TWILIO_API_SECRET, AUTH_TOKEN, 'planted']) expect(text).not.toContain(secret)
  return Object.fromEntries(found.map(({ name, status, message }) => [name, `${status}: ${message}`]))
}

/** Any HTTP server, on a port of its own. */
export async function serveWith(server: Server): Promise<AsyncDisposable & { port: number }> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

export const respondWith = (listener: RequestListener) => serveWith(createServer(listener))

/** A port on which nothing listens. */
export async function findFreePort(): Promise<number> {
  await using server = await respondWith(() => undefined)
  return server.port
}
