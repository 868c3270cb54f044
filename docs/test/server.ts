import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SignJWT } from 'jose'
import { hash } from 'node:crypto'
import { buildApp, parseConfig } from '@roomkey/server'

/** The secret of the sign-in in docs/security.md. */
export const SIGN_IN_SECRET = '0123456789abcdef0123456789abcdef'

export const API_KEY = `rk_${'k'.repeat(43)}`

/** A server of the document's own, on a port of its own. */
export type DocumentServer = AsyncDisposable & { url: string; host: string }

export async function startServer(env: Record<string, string> = {}): Promise<DocumentServer> {
  const directory = await mkdtemp(join(tmpdir(), 'roomkey-docs-'))
  const app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: directory, ...env }), { pageDirectory: null })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    host: new URL(url).host,
    async [Symbol.asyncDispose]() {
      await app.close()
      await rm(directory, { recursive: true })
    },
  }
}

/** The environment of a server for callers of every kind: those who sign in, backends, and anybody. */
export const EVERYONE: Record<string, string> = {
  AUTH_JWT_SECRET: SIGN_IN_SECRET,
  API_KEYS: `docs:${hash('sha256', API_KEY)}`,
  OPEN_ACCESS: 'true',
}

/** A token of that sign-in. */
export function signIn(identity: string): Promise<string> {
  const token = new SignJWT({}).setSubject(identity).setProtectedHeader({ alg: 'HS256' }).setExpirationTime('10m')
  return token.sign(new TextEncoder().encode(SIGN_IN_SECRET))
}
