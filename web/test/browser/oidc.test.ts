import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Provider } from 'oidc-provider'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { inspect } from './inspect.ts'
import { openSite, type Site } from './site.ts'

const AUDIENCE = 'https://video.example.com'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** A site whose people sign in at a provider of OpenID Connect on this machine. */
async function openSiteWithProvider(): Promise<Pick<Site, 'visit'> & AsyncDisposable> {
  await using cleanup = new AsyncDisposableStack()
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  cleanup.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const site = cleanup.use(
    await openSite(browser, { AUTH_ISSUER: issuer, AUTH_AUDIENCE: AUDIENCE, AUTH_CLIENT_ID: 'page' }),
  )
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: 'page',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        redirect_uris: [`${site.url}/`],
      },
    ],
    clientBasedCORS: () => true,
    findAccount: (_context: unknown, id: string) => ({ accountId: id, claims: () => ({ sub: id }) }),
    extraTokenClaims: () => ({ name: 'Ada Lovelace' }),
    features: {
      resourceIndicators: {
        enabled: true,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: '',
          audience: AUDIENCE,
          accessTokenFormat: 'jwt' as const,
          jwt: { sign: { alg: 'RS256' } },
        }),
      },
    },
  })
  const handle = provider.callback()
  server.on('request', (request, response) => void handle(request, response))
  const kept = cleanup.move()
  return { visit: (options) => site.visit(options), [Symbol.asyncDispose]: () => kept.disposeAsync() }
}

test('a person signs in at the team’s provider, comes back to where they were, and stays signed in', async () => {
  await using site = await openSiteWithProvider()
  const { page, problems } = await site.visit({ path: '/room/Design', name: 'Ada' })
  await page.getByRole('button', { name: 'Sign in' }).first().click()
  await page.getByRole('button', { name: 'Continue to 127.0.0.1' }).waitFor()
  await inspect(page, 'sign-in-provider')
  await page.getByRole('button', { name: 'Continue to 127.0.0.1' }).click()

  await page.locator('input[name=login]').fill('ada')
  await page.locator('input[name=password]').fill('whatever')
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'Continue' }).click()

  await page.getByText('Signed in as Ada Lovelace').waitFor()
  expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe('/room/Design')
  const token = () => page.evaluate(() => sessionStorage.getItem('roomkey.sign-in'))
  const first = await token()
  expect(first?.split('.')).toHaveLength(3)

  // Its token is about to run out: a fresh one comes, and nobody is asked.
  await page.evaluate(() => {
    const session = JSON.parse(sessionStorage.getItem('roomkey.sign-in.session') ?? '{}') as object
    sessionStorage.setItem('roomkey.sign-in.session', JSON.stringify({ ...session, renewAt: 0 }))
  })
  await page.reload()
  await page.getByText('Signed in as Ada Lovelace').waitFor()
  await expect.poll(token).not.toBe(first)

  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('button', { name: 'Sign in' }).first().waitFor()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
  // The provider's own pages ask for a typeface from elsewhere.
  expect(problems.filter((problem) => !problem.includes('ERR_NAME_NOT_RESOLVED'))).toEqual([])
})

test('an answer that the page did not ask for signs nobody in', async () => {
  await using site = await openSiteWithProvider()
  const { page } = await site.visit({ path: '/?code=stolen&state=made-up' })
  await page.getByText('This server asks who you are').waitFor()
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0)
})

test('who is sent back without a sign-in reads that it did not work', async () => {
  await using site = await openSiteWithProvider()
  const { page } = await site.visit({ name: 'Ada' })
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByRole('button', { name: 'Continue to 127.0.0.1' }).click()
  await page.getByRole('link', { name: 'Cancel' }).click()
  await page.getByText('Signing in did not work. Try again.').waitFor()
  expect(new URL(page.url()).search).toBe('')
})
