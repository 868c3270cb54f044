import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installCamera } from '../../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { DEADLINE_MS, hears, isInside, joinFromPrejoin, openRoom, seesPictures, tileOf } from './call.ts'
import { useSmallCamera } from './init-scripts.ts'
import { inspect } from './inspect.ts'
import { openSite } from './site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test('two people open a room, find each other by link, talk, write, share a screen, and end', async () => {
  await using site = await openSite(browser)

  // Ada opens a room. Without a name the page asks for one first.
  const ada = await site.visit({ before: [installCamera, useSmallCamera] })
  await ada.page.getByLabel('Join with a name or a link').fill('nowhere')
  await ada.page.getByRole('button', { name: 'Join', exact: true }).click()
  await ada.page.getByText('Type the name others will see.').waitFor()
  expect(await ada.page.getByLabel('Your name').evaluate((input) => input === document.activeElement)).toBe(true)
  await ada.page.getByLabel('Your name').fill('Ada')
  await openRoom(ada.page, 'Monday planning')
  expect(new URL(ada.page.url()).pathname).toBe('/room/Monday%20planning')

  // She copies the link, and Grace comes by it.
  await ada.page.getByRole('button', { name: 'Copy link' }).click()
  await ada.page.getByText('Link copied').waitFor()
  const link = await ada.page.evaluate(() => navigator.clipboard.readText())
  expect(link).toBe(`${site.url}/room/Monday%20planning`)
  const grace = await site.visit({
    path: new URL(link).pathname,
    name: 'Grace',
    before: [installCamera, useSmallCamera],
  })
  await grace.page.getByText('Ada is inside').waitFor()
  // A toast is waited for before it appears.
  const isToasted = ada.page.getByText('Grace joined').waitFor({ timeout: DEADLINE_MS })
  await joinFromPrejoin(grace.page)
  await isToasted
  await isInside(grace.page, 'Monday planning')

  // They see and hear each other.
  await Promise.all([seesPictures(ada.page, 'Grace'), seesPictures(grace.page, 'Ada')])
  await Promise.all([hears(ada.page, 'Grace'), hears(grace.page, 'Ada')])

  // Someone in the lobby sees who is inside.
  const watcher = await site.visit()
  await watcher.page.getByText(/Ada and Grace|Grace and Ada/).waitFor()

  // Grace mutes by the keyboard, and Ada sees it; the camera the same.
  await grace.page.keyboard.press('m')
  await tileOf(ada.page, 'Grace', 'muted').waitFor({ timeout: DEADLINE_MS })
  await grace.page.keyboard.press('m')
  await tileOf(ada.page, 'Grace', 'muted').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  await grace.page.getByRole('button', { name: 'Stop camera' }).click()
  await tileOf(ada.page, 'Grace', 'camera off').waitFor({ timeout: DEADLINE_MS })
  await grace.page.getByRole('button', { name: 'Start camera' }).click()
  await seesPictures(ada.page, 'Grace')

  // They write. Grace's chat is closed, so a toast shows the message and it waits; markup stays text.
  await ada.page.keyboard.press('c')
  await ada.page.getByLabel('Message to everyone').fill('<b>Hello</b> 🎉')
  const isShown = grace.page.getByText('Ada: <b>Hello</b> 🎉').waitFor({ timeout: DEADLINE_MS })
  await ada.page.keyboard.press('Enter')
  await isShown
  await grace.page.getByRole('button', { name: 'Chat, 1 unread' }).click()
  const log = grace.page.getByRole('log', { name: 'Messages' })
  await log.getByText('<b>Hello</b> 🎉').waitFor()
  expect(await log.locator('b').count()).toBe(0)
  await grace.page.getByLabel('Message to everyone').fill('Good morning')
  await grace.page.keyboard.press('Enter')
  await ada.page.getByRole('log').getByText('Good morning').waitFor()

  // Grace shares her screen, and stops.
  await grace.page.getByRole('button', { name: 'Share screen' }).click()
  await seesPictures(ada.page, 'Grace’s screen')
  await seesPictures(ada.page, 'Grace')
  await grace.page.getByRole('button', { name: 'Stop sharing' }).click()
  await tileOf(ada.page, 'Grace’s screen').waitFor({ state: 'detached', timeout: DEADLINE_MS })

  // Grace leaves, sees that she did, and comes back.
  const isMissed = ada.page.getByText('Grace left').waitFor({ timeout: DEADLINE_MS })
  await grace.page.getByRole('button', { name: 'Leave' }).click()
  await grace.page.getByRole('heading', { name: 'You left the room' }).waitFor()
  await grace.page.getByRole('list', { name: 'What happened' }).getByText('Grace left').waitFor()
  await inspect(grace.page, 'after-call')
  await isMissed
  await grace.page.getByRole('button', { name: 'Join again' }).click()
  await isInside(grace.page, 'Monday planning')
  await seesPictures(ada.page, 'Grace')

  // Ada ends it for everyone. She is asked first, and Escape is a no.
  await ada.page.getByRole('button', { name: 'More' }).click()
  await ada.page.getByRole('button', { name: 'End for everyone' }).click()
  const question = ada.page.getByRole('dialog', { name: 'End the call for everyone?' })
  await question.waitFor()
  await ada.page.keyboard.press('Escape')
  await question.waitFor({ state: 'detached' })
  await ada.page.getByRole('button', { name: 'More' }).click()
  await ada.page.getByRole('button', { name: 'End for everyone' }).click()
  await question.getByRole('button', { name: 'End for everyone' }).click()
  await Promise.all(
    [ada, grace].map(({ page }) =>
      page.getByRole('heading', { name: 'The room has ended' }).waitFor({ timeout: DEADLINE_MS }),
    ),
  )
  await watcher.page.getByText('No room is open.').waitFor({ timeout: DEADLINE_MS })

  expect({ ada: ada.problems, grace: grace.problems, watcher: watcher.problems }).toEqual({
    ada: [],
    grace: [],
    watcher: [],
  })
}, 420_000)
