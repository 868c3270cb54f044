import { createRoomkeyClient } from '@roomkey/client'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { DEADLINE_MS } from './call.ts'
import { SITTERS, useDrawnCamera } from './drawn-camera.ts'
import { refuseDevices, watchShifts } from './init-scripts.ts'
import { inspect } from './inspect.ts'
import { openSite } from './site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

test('the lobby shows open rooms and who is inside, and follows them', async () => {
  await using site = await openSite(browser)
  const client = createRoomkeyClient({ url: site.url })
  await client.rooms.create({ roomName: 'Monday planning' })
  await client.rooms.create({ roomName: 'Design review', maxParticipants: 2 })
  await client.rooms.create({ roomName: 'Coffee corner' })
  for (const identity of ['Katherine', 'Dorothy']) await site.emulator.addBot({ room: 'Design review', identity })
  for (const identity of ['Alan', 'Barbara', 'Edsger', 'Frances']) {
    await site.emulator.addBot({ room: 'Monday planning', identity })
  }

  const { page, problems } = await site.visit({
    name: 'Ada',
    before: [watchShifts, useDrawnCamera],
    given: SITTERS.ada,
  })

  await page.getByText('Nobody is inside yet').waitFor()
  await page.getByText(/\w+, \w+ and 2 more/).waitFor()
  expect(await page.getByRole('button', { name: 'Design review is full' }).isDisabled()).toBe(true)
  await page.getByRole('button', { name: 'Mute' }).waitFor()
  await inspect(page, 'lobby')
  await client.rooms.complete({ sid: 'Coffee corner' })
  await page.getByText('Coffee corner').waitFor({ state: 'detached', timeout: DEADLINE_MS })
  await page.reload()
  await page.getByText(/\w+, \w+ and 2 more/).waitFor()
  expect(await page.evaluate(() => window.shifts)).toBeLessThan(0.05)
  expect(problems).toEqual([])
})

test('the lobby shows what is wrong with a new room beside the field', async () => {
  await using site = await openSite(browser)
  await createRoomkeyClient({ url: site.url }).rooms.create({ roomName: 'taken' })
  const { page } = await site.visit({ name: 'Ada' })

  await page.getByLabel('Open a room').fill('taken')
  await page.keyboard.press('Enter')
  await page.getByText('A room with this name is open already.').waitFor()
  await page.getByText('Options').click()
  await page.getByLabel('Open a room').fill('other')
  await page.getByLabel('Most people').fill('51')
  await page.keyboard.press('Enter')
  await page.getByText('From 1 to 50 people.').waitFor()
  await inspect(page, 'lobby-error')
})

test('the prejoin page shows the room, warns of a name that is taken, and keeps the name', async () => {
  await using site = await openSite(browser)
  await createRoomkeyClient({ url: site.url }).rooms.create({ roomName: 'Design review' })
  for (const identity of ['Katherine', 'Dorothy']) await site.emulator.addBot({ room: 'Design review', identity })
  const { page } = await site.visit({ path: '/room/Design%20review', before: [useDrawnCamera], given: SITTERS.grace })

  await page.getByRole('heading', { name: 'Design review' }).waitFor()
  await page.getByText('Katherine and Dorothy').or(page.getByText('Dorothy and Katherine')).waitFor()
  await page.getByLabel('Your name').fill('Dorothy')
  await page.getByText('Dorothy is inside already.').waitFor()
  await page.getByLabel('Your name').fill('Grace')
  await page.getByRole('button', { name: 'Stop camera' }).waitFor()
  await inspect(page, 'prejoin')
  await page.reload()
  expect(await page.getByLabel('Your name').inputValue()).toBe('Grace')
})

test('the prejoin page of a room that is not there offers to open it', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ path: '/room/nowhere', name: 'Ada' })

  await page.getByText('No such room').waitFor()
  await inspect(page, 'prejoin-not-found')
  await page.getByRole('button', { name: 'Open this room' }).click()
  await page.getByText('Nobody is inside yet').waitFor()
  expect(await page.getByRole('button', { name: 'Join now' }).isEnabled()).toBe(true)
})

test('the prejoin page of a room that has ended shows that', async () => {
  await using site = await openSite(browser)
  const client = createRoomkeyClient({ url: site.url })
  const { sid } = await client.rooms.create({ roomName: 'over' })
  await client.rooms.complete({ sid })

  const { page } = await site.visit({ path: `/room/${sid}` })

  await page.getByRole('heading', { name: 'This room has ended' }).waitFor()
  await inspect(page, 'prejoin-ended')
})

test('who has not been asked yet turns on camera and microphone by one press', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ isAsked: true })

  await page.getByRole('button', { name: 'Turn on camera and microphone' }).waitFor()
  await inspect(page, 'lobby-unasked')
  await page.getByRole('button', { name: 'Turn on camera and microphone' }).click()
  await page.getByRole('button', { name: 'Stop camera' }).waitFor()
})

test.each([
  ['NotAllowedError', 'denied', 'The browser may not use your camera and microphone'],
  ['NotFoundError', 'missing', 'No camera and microphone were found'],
  ['NotReadableError', 'busy', 'Your camera and microphone are in use'],
])('the preview shows what to do about %s', async (errorName, state, title) => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ before: [refuseDevices], given: errorName })

  await page.getByText(title).waitFor()
  await inspect(page, `device-${state}`)
})

test('a server that requires a sign-in takes a token or an invitation', async () => {
  await using site = await openSite(browser, { AUTH_JWT_SECRET: 'x'.repeat(32) })
  const { page } = await site.visit({ name: 'Ada' })

  await page.getByText('This server asks who you are').waitFor()
  await inspect(page, 'signed-out')
  await page.getByRole('main').getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Token or invitation link').fill('not-a-token')
  await page.keyboard.press('Enter')
  await page.getByText('The server does not accept this.').waitFor()
  await inspect(page, 'sign-in')
  await page.getByLabel('Token or invitation link').fill(await signJwt('x'.repeat(32), { sub: 'ada@example.com' }))
  await page.keyboard.press('Enter')
  await page.getByText('Signed in as ada@example.com').waitFor()
  await page.getByText('You enter as ada@example.com.').waitFor()
  await page.getByText('No room is open.').waitFor()
})

test('the lobby shows that the server cannot be reached, and goes on by itself', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ name: 'Ada' })
  await page.getByText('No room is open.').waitFor()

  await page.route('**/trpc/**', (route) => route.abort())
  await page.getByText('The server can’t be reached').waitFor({ timeout: DEADLINE_MS })
  await inspect(page, 'unreachable')
  await page.unroute('**/trpc/**')
  await page.getByText('The server can’t be reached').waitFor({ state: 'detached', timeout: DEADLINE_MS })
})

test('the lobby says that it may be out of date while the browser is on no network', async () => {
  await using site = await openSite(browser)
  await createRoomkeyClient({ url: site.url }).rooms.create({ roomName: 'Design review' })
  await site.emulator.addBot({ room: 'Design review', identity: 'Katherine' })
  const { page } = await site.visit({ name: 'Ada' })
  await page.getByText('Katherine is inside').waitFor()

  const notice = page.getByRole('status').getByText('Your connection broke.')
  await page.context().setOffline(true)
  await notice.waitFor()
  await inspect(page, 'offline')
  await page.context().setOffline(false)
  await notice.waitFor({ state: 'detached', timeout: DEADLINE_MS })
})

test('an address that leads nowhere has a message and a way out', async () => {
  await using site = await openSite(browser)
  const { page } = await site.visit({ path: '/room/a/b' })

  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor()
  await inspect(page, 'nothing-here')
  await page.getByRole('button', { name: 'Go to the lobby' }).click()
  const title = page.getByRole('heading', { level: 1 })
  await title.getByText('A room, a link, a call.').waitFor()
  expect(await title.evaluate((heading) => heading === document.activeElement)).toBe(true)
})

/** A JWT as a team's own sign-in would issue it. */
async function signJwt(secret: string, claims: Record<string, unknown>): Promise<string> {
  const encode = (part: Uint8Array) => Buffer.from(part).toString('base64url')
  const json = (value: unknown) => encode(Buffer.from(JSON.stringify(value)))
  const signed = `${json({ alg: 'HS256', typ: 'JWT' })}.${json({ ...claims, exp: Math.floor(Date.now() / 1000) + 3600 })}`
  const key = await crypto.subtle.importKey('raw', Buffer.from(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    'sign',
  ])
  return `${signed}.${encode(new Uint8Array(await crypto.subtle.sign('HMAC', key, Buffer.from(signed))))}`
}
