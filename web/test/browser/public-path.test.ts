import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installCamera } from '../../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { createPathProxy } from '../../../server/test/path-proxy.ts'
import { DEADLINE_MS, isInside, joinFromPrejoin, openRoom, seesPictures } from './call.ts'
import { useSmallCamera } from './init-scripts.ts'
import { openSite } from './site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test('two people meet below a path that a proxy gives the site, by a link that has it', async () => {
  // To the page, a proxy that passes the path on is the same.
  await using proxy = await createPathProxy('/video', { cuts: true })
  await using site = await openSite(browser, {}, proxy)
  const visit = { before: [installCamera, useSmallCamera] }

  const ada = await site.visit({ ...visit, name: 'Ada' })
  await openRoom(ada.page, 'Monday planning')
  expect(ada.page.url()).toBe(`${site.url}/room/Monday%20planning`)
  await ada.page.getByRole('button', { name: 'Copy link' }).click()
  await ada.page.getByText('Link copied').waitFor()
  const link = await ada.page.evaluate(() => navigator.clipboard.readText())
  expect(link).toBe(`${site.url}/room/Monday%20planning`)

  const grace = await site.visit({ ...visit, name: 'Grace', path: link.slice(site.url.length) })
  await grace.page.getByText('Ada is inside').waitFor({ timeout: DEADLINE_MS })
  await joinFromPrejoin(grace.page)
  await isInside(grace.page, 'Monday planning')
  await Promise.all([seesPictures(ada.page, 'Grace'), seesPictures(grace.page, 'Ada')])

  // The way back leads to the lobby below the path, and a reload finds it.
  await grace.page.getByRole('button', { name: 'Leave' }).click()
  await grace.page.getByRole('heading', { name: 'You left the room' }).waitFor()
  await grace.page.goto(site.url)
  await grace.page.getByText('Ada', { exact: false }).first().waitFor({ timeout: DEADLINE_MS })
  expect([ada.problems, grace.problems]).toEqual([[], []])
}, 300_000)
