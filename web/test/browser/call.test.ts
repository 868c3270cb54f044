import { createRoomkeyClient } from '@roomkey/client'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installCamera } from '../../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { DEADLINE_MS, hears, isInside, joinFromPrejoin, openRoom, seesPictures, tileOf } from './call.ts'
import { SITTERS, useDrawnCamera } from './drawn-camera.ts'
import { useSmallCamera } from './init-scripts.ts'
import { inspect } from './inspect.ts'
import { openSite } from './site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ended = (page: Page, title: string) =>
  page.getByRole('heading', { name: title, level: 1 }).waitFor({ timeout: DEADLINE_MS })

test('a call of two: tiles, chat, people, a shared screen', async () => {
  await using site = await openSite(browser)
  const ada = await site.visit({ name: 'Ada', before: [useDrawnCamera], given: SITTERS.ada })
  const { page } = ada
  await openRoom(page, 'Design review')
  const path = '/room/Design%20review'
  const grace = await site.visit({ path, name: 'Grace', before: [useDrawnCamera], given: SITTERS.grace })
  await joinFromPrejoin(grace.page)
  await seesPictures(page, 'Grace')
  await hears(page, 'Grace')
  await page.getByText('Grace joined').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  await inspect(page, 'call')

  await page.keyboard.press('c')
  await page.getByLabel('Message to everyone').fill('The new tiles look great on my phone, too.')
  await page.keyboard.press('Enter')
  await grace.page.getByRole('button', { name: 'Chat, 1 unread' }).click()
  await grace.page.getByLabel('Message to everyone').fill('They do! Shall I share the numbers?')
  await grace.page.keyboard.press('Enter')
  await page.getByRole('log').getByText('Shall I share the numbers?').waitFor({ timeout: DEADLINE_MS })
  await inspect(page, 'chat')
  await page.keyboard.press('Escape')
  await page.getByRole('log').waitFor({ state: 'detached' })

  await page.keyboard.press('p')
  await page.getByRole('complementary', { name: 'People' }).getByText('Grace').waitFor()
  await inspect(page, 'people')
  await page.emulateMedia({ forcedColors: 'active' })
  const background = (selector: string) =>
    page
      .locator(selector)
      .first()
      .evaluate((element) => getComputedStyle(element).backgroundColor)
  expect(await background('.toggle-active')).not.toBe(await background('.toggle:not(.toggle-active)'))
  expect(await background('.network-bar')).not.toBe(await background('body'))
  await page.emulateMedia({ forcedColors: 'none' })
  await page.keyboard.press('p')

  await grace.page.keyboard.press('Escape')
  await grace.page.getByRole('button', { name: 'Share screen' }).click()
  await seesPictures(page, 'Grace’s screen')
  await inspect(page, 'screen')
  expect(ada.problems).toEqual([])
}, 240_000)

test('what opens over a call takes the focus, closes by Escape and gives the focus back', async () => {
  await using site = await openSite(browser)
  const { page, problems } = await site.visit({ name: 'Ada', before: [useDrawnCamera], given: SITTERS.ada })
  await openRoom(page, 'Design review')
  await page.getByText('You are the only one here.').waitFor()
  await inspect(page, 'call-alone')

  await page.keyboard.press('i')
  await page.waitForFunction(() => document.pictureInPictureElement?.tagName === 'VIDEO')
  await page.keyboard.press('i')
  await page.waitForFunction(() => document.pictureInPictureElement === null)

  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await inspect(page, 'shortcuts')
  await page.keyboard.press('Escape')

  const more = page.getByRole('button', { name: 'More' })
  await more.click()
  await page.getByRole('button', { name: 'Keyboard shortcuts' }).waitFor()
  await inspect(page, 'more')
  await page.getByRole('button', { name: 'Camera and microphone' }).click()
  const devices = page.getByRole('dialog', { name: 'Camera and microphone' })
  await devices.waitFor()
  expect(await devices.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true)
  await inspect(page, 'devices')
  await page.keyboard.press('Escape')
  await devices.waitFor({ state: 'detached' })
  expect(await more.evaluate((button) => button === document.activeElement)).toBe(true)

  await more.click()
  await page.getByRole('button', { name: 'End for everyone' }).click()
  await page.getByRole('dialog', { name: 'End the call for everyone?' }).waitFor()
  await inspect(page, 'end')
  await page.keyboard.press('Escape')

  const invite = page.getByRole('button', { name: 'Invite people' })
  await invite.click()
  await page.getByRole('button', { name: 'Make an invitation link' }).click()
  await page.getByLabel('Invitation link').waitFor({ timeout: DEADLINE_MS })
  await inspect(page, 'invite')
  expect(problems).toEqual([])
})

test('an invitation link lets a guest in, under a name of their choosing', async () => {
  await using site = await openSite(browser)
  const ada = await site.visit({ name: 'Ada', before: [installCamera, useSmallCamera] })
  await openRoom(ada.page, 'salon')
  await ada.page.getByRole('button', { name: 'Invite people' }).click()
  await ada.page.getByLabel('How many').selectOption('One person')
  await ada.page.getByRole('button', { name: 'Make an invitation link' }).click()
  const field = ada.page.getByLabel('Invitation link')
  await field.waitFor({ timeout: DEADLINE_MS })
  const link = new URL(await field.inputValue())

  const guest = await site.visit({ path: link.pathname + link.hash, before: [installCamera, useSmallCamera] })
  await guest.page.getByLabel('Your name').fill('Mary')
  await joinFromPrejoin(guest.page)

  await isInside(guest.page, 'salon')
  expect(link.hash).toMatch(/^#invite=inv_/)
  await ada.page.keyboard.press('Escape')
  await tileOf(ada.page, 'Mary \\(guest\\)').waitFor({ timeout: DEADLINE_MS })

  // The invitation was for one person, and after a reload she still is that person.
  await guest.page.reload()
  await tileOf(ada.page, 'Mary \\(guest\\)').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  await joinFromPrejoin(guest.page)
  await isInside(guest.page, 'salon')
  await tileOf(ada.page, 'Mary \\(guest\\)').waitFor({ timeout: DEADLINE_MS })

  // Nobody else gets in by it, and sees so much only: which room it was for.
  const other = await site.visit({
    path: link.pathname + link.hash,
    name: 'Eve',
    before: [installCamera, useSmallCamera],
  })
  await other.page.getByRole('heading', { name: 'salon', level: 1 }).waitFor()
  await joinFromPrejoin(other.page)
  await other.page.getByText('This invitation has been used').waitFor({ timeout: DEADLINE_MS })
})

test('a room of twelve fits any window, and one of them can be removed', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ name: 'Ada', before: [useDrawnCamera], given: SITTERS.ada })
  await openRoom(page, 'All hands')
  const others = ['Alan', 'Barbara', 'Claude', 'Dorothy', 'Edsger', 'Frances', 'Grace', 'Hedy', 'Ivan', 'Joan', 'Karen']
  const bots = await Promise.all(
    others.map((identity) =>
      site.emulator.addBot({ room: 'All hands', identity, tracks: [{ kind: 'audio', name: 'voice' }] }),
    ),
  )
  await expect.poll(() => page.getByRole('figure').count(), { timeout: DEADLINE_MS }).toBe(12)
  await page.getByText('joined').first().waitFor({ state: 'detached', timeout: DEADLINE_MS })
  await inspect(page, 'crowd')

  await page.keyboard.press('p')
  await page.getByRole('button', { name: 'Remove Hedy' }).click()
  const question = page.getByRole('dialog', { name: 'Remove Hedy?' })
  await inspect(page, 'remove')
  await question.getByRole('button', { name: 'Remove' }).click()

  await tileOf(page, 'Hedy').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  expect(bots.find(({ identity }) => identity === 'Hedy')?.status).toBe('disconnected')
})

test('a full room, one that was ended, and a place that was taken over have their messages', async () => {
  await using site = await openSite(browser)
  const client = createRoomkeyClient({ url: site.url })
  await client.rooms.create({ roomName: 'narrow', maxParticipants: 1 })
  const bot = await site.emulator.addBot({ room: 'narrow', identity: 'Early' })
  const { page } = await site.visit({ path: '/room/narrow', name: 'Ada', before: [installCamera, useSmallCamera] })

  await page.getByText('The room is full').waitFor()
  expect(await page.getByRole('button', { name: 'Join now' }).isDisabled()).toBe(true)
  await inspect(page, 'full')
  bot.leave()
  await joinFromPrejoin(page)
  await isInside(page, 'narrow')

  const elsewhere = await site.visit({ path: '/room/narrow', name: 'Ada', before: [installCamera, useSmallCamera] })
  await elsewhere.page.getByText('Ada is inside already.').waitFor()
  await joinFromPrejoin(elsewhere.page)
  await ended(page, 'You joined from somewhere else')
  await inspect(page, 'replaced')
  await isInside(elsewhere.page, 'narrow')

  await client.participants.remove({ roomSid: 'narrow', participant: 'Ada' })
  await ended(elsewhere.page, 'You were removed from the room')
  await inspect(elsewhere.page, 'removed')
  await elsewhere.page.getByRole('button', { name: 'Join again' }).click()
  await isInside(elsewhere.page, 'narrow')

  await client.rooms.complete({ sid: 'narrow' })
  await ended(elsewhere.page, 'The room has ended')
  await inspect(elsewhere.page, 'ended')
})

test('two windows of one browser are two people, each under the name they joined with', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ name: 'Ada', before: [installCamera, useSmallCamera] })
  await openRoom(page, 'Mirror')
  const second = await page.context().newPage()
  await second.goto(`${site.url}/room/Mirror`)
  await second.getByLabel('Your name').fill('Grace')
  await joinFromPrejoin(second)
  await seesPictures(second, 'Ada')
  await seesPictures(page, 'Grace')
})

test('a room for voices takes no picture, and what was muted stays so after a reload', async () => {
  await using site = await openSite(browser)
  const client = createRoomkeyClient({ url: site.url })
  await client.rooms.create({ roomName: 'voices', audioOnly: true, recordParticipantsOnConnect: true })
  const ada = await site.visit({ path: '/room/voices', name: 'Ada', before: [installCamera, useSmallCamera] })
  const { page } = ada

  await page.getByText('This room is for voices only').waitFor()
  await page.getByText('This room is recorded').waitFor()
  await page.getByRole('button', { name: 'Mute' }).click()
  await inspect(page, 'voices-prejoin')
  await joinFromPrejoin(page)
  await isInside(page, 'voices')
  await tileOf(page, 'Ada \\(you\\)', 'muted').waitFor()
  expect(await page.getByRole('button', { name: /camera|screen/i }).count()).toBe(0)
  await inspect(page, 'voices')

  await page.reload()
  await page.getByRole('button', { name: 'Unmute' }).waitFor()
  await joinFromPrejoin(page)
  await isInside(page, 'voices')
  await page.getByRole('button', { name: 'Unmute' }).click()
  const other = await site.visit({ path: '/room/voices', name: 'Grace', before: [installCamera, useSmallCamera] })
  await joinFromPrejoin(other.page)
  await tileOf(other.page, 'Ada', 'camera off').waitFor({ timeout: DEADLINE_MS })
  await hears(other.page, 'Ada')
  expect(ada.problems).toEqual([])
})

test('a broken connection is shown, heals, and ends the call when it does not', async () => {
  await using site = await openSite(browser)
  const ada = await site.visit({ name: 'Ada', before: [installCamera, useSmallCamera] })
  const wire = await tapSignaling(ada.page)
  await openRoom(ada.page, 'salon')

  await wire.cut()
  await ada.page.getByText('Your connection broke.').waitFor({ timeout: DEADLINE_MS })
  await inspect(ada.page, 'reconnecting')
  wire.mend()
  await ada.page.getByText('Your connection broke.').waitFor({ state: 'detached', timeout: DEADLINE_MS })

  // The server forgets the call while the connection is down, as after a restart.
  await wire.cut()
  await ada.page.getByText('Your connection broke.').waitFor({ timeout: DEADLINE_MS })
  await site.emulator.reset()
  wire.mend()
  await ended(ada.page, 'The connection was lost')
  await inspect(ada.page, 'lost')
})

/** Stands between a page and the signalling: `cut` breaks the connection and refuses new ones until `mend`. */
async function tapSignaling(page: Page) {
  let isCut = false
  let open: WebSocketRoute | undefined
  await page.routeWebSocket(/\/signaling/, async (socket) => {
    if (isCut) {
      await socket.close({ code: 4000 })
      return
    }
    open = socket
    socket.connectToServer()
  })
  return {
    async cut() {
      isCut = true
      await open?.close({ code: 4000 })
    },
    mend() {
      isCut = false
    },
  }
}
