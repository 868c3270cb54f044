import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { Auth, type AuthConfig } from '@auth/core'
import Credentials from '@auth/core/providers/credentials'
import { buildApp, parseConfig, type Authenticate } from '@roomkey/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBlocks } from './blocks.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(fileURLToPath(new URL('../.sessions-', import.meta.url)))
})
afterAll(() => rm(folder, { recursive: true }))

/** What a program of the document exports. */
async function importRecipe<TExports>(library: string): Promise<TExports> {
  const blocks = await readBlocks()
  const block = blocks.find(({ document, code }) => document === 'docs/sign-in.md' && code.includes(`from '${library}`))
  const file = `${folder}/${library.replaceAll(/\W/g, '-')}.ts`
  await writeFile(file, block?.code ?? '')
  return (await import(file)) as TExports
}

/** Who a server with this sign-in takes somebody for. */
async function whoami(authenticate: Authenticate, cookie: string) {
  const app = buildApp(parseConfig({ LOG_LEVEL: 'silent', DATA_DIR: ':memory:' }, { hasSignIn: true }), {
    authenticate,
    pageDirectory: null,
  })
  const answer = await app.inject({ url: '/v1/auth/whoami', headers: { cookie } })
  await app.close()
  return answer.json<{ kind: string; identity: string | null; name?: string }>()
}

const toCookie = (headers: Headers) =>
  headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')

test('sessions of better-auth', async () => {
  type Recipe = { authenticate: Authenticate; auth: { handler(request: Request): Promise<Response> } }
  const { authenticate, auth } = await importRecipe<Recipe>('better-auth')
  const signUp = await auth.handler(
    new Request('https://app.example.com/api/auth/sign-up/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://app.example.com' },
      body: JSON.stringify({ email: 'ann@example.com', password: 'correct horse battery', name: 'Ann Smith' }),
    }),
  )
  const { user } = (await signUp.json()) as { user: { id: string } }
  const cookie = toCookie(signUp.headers)
  expect(await whoami(authenticate, cookie)).toMatchObject({ kind: 'user', identity: user.id, name: 'Ann Smith' })
  const forged = cookie.replace(/=(\w)/, (_, first) => (first === 'x' ? '=y' : '=x'))
  expect(await whoami(authenticate, forged)).toMatchObject({ kind: 'anonymous' })
  expect(await whoami(authenticate, '')).toMatchObject({ kind: 'anonymous' })
})

test('sessions of Auth.js', async () => {
  const { authenticate } = await importRecipe<{ authenticate: Authenticate }>('@auth/core/jwt')
  const config: AuthConfig = {
    secret: 'the secret of your Auth.js',
    trustHost: true,
    basePath: '/auth',
    providers: [
      Credentials({
        credentials: { name: {} },
        authorize: ({ name }) => ({ id: 'ann', name: String(name) }),
      }),
    ],
  }
  const url = 'http://app.example.com/auth'
  const csrf = await Auth(new Request(`${url}/csrf`), config)
  const { csrfToken } = (await csrf.json()) as { csrfToken: string }
  const signIn = await Auth(
    new Request(`${url}/callback/credentials`, {
      method: 'POST',
      headers: { cookie: toCookie(csrf.headers) },
      body: new URLSearchParams({ csrfToken, name: 'Ann Smith' }),
    }),
    config,
  )
  const cookie = toCookie(signIn.headers)
  expect(await whoami(authenticate, cookie)).toMatchObject({ kind: 'user', name: 'Ann Smith' })
  expect(await whoami(authenticate, cookie.slice(0, -4))).toMatchObject({ kind: 'anonymous' })
  expect(await whoami(authenticate, '')).toMatchObject({ kind: 'anonymous' })
})
