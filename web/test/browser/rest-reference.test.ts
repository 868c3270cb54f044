import { buildApp, parseConfig } from '@roomkey/server'
import { contract } from '../../../shared/src/index.ts'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'

let app: ReturnType<typeof buildApp>
let origin: string
let browser: Browser
beforeAll(async () => {
  app = buildApp(parseConfig({ LOG_LEVEL: 'silent' }), { pageDirectory: null })
  origin = await app.listen({ port: 0, host: '127.0.0.1' })
  browser = await launchChromium()
})
afterAll(async () => {
  await browser?.close()
  await app?.close()
})

test('the reference of REST shows every operation, and asks nobody else for anything', async () => {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } })
  const elsewhere: string[] = []
  const errors: string[] = []
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(origin) && !/^(?:data|blob):/.test(url)) elsewhere.push(url)
  })
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  page.on('pageerror', (error) => errors.push(String(error)))
  await page.goto(`${origin}/docs`)
  expect(page.url()).toBe(`${origin}/docs/`)
  await page.getByRole('heading', { name: 'Roomkey' }).first().waitFor()
  for (const name of Object.keys(contract)) await page.getByText(name, { exact: true }).first().waitFor()
  await page.getByText(contract.auth.getToken.summary).first().waitFor()
  await page.getByText('/v1/auth/token').first().waitFor()
  await page.waitForFunction(() => document.readyState === 'complete' && document.fonts.status === 'loaded')
  if (process.env['SCREENSHOTS'] !== undefined)
    await page.screenshot({ path: `${process.env['SCREENSHOTS']}/docs.png` })
  expect(elsewhere).toEqual([])
  expect(errors).toEqual([])
  await page.close()
})
