import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { NEWER_APIS } from '../newer-apis.ts'
import { createWorld, enter, type World } from './world.ts'

let browser: Browser
let world: World
beforeAll(async () => {
  browser = await launchChromium()
  world = await createWorld(browser)
}, 120_000)
afterEach(() => world.closePages())
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  await browser.close()
})

const connected = async (roomSid: string) =>
  (await world.client.participants.list({ roomSid })).participants.map(({ identity }) => identity).sort()

/** Frames of another's camera, decoded and shown. */
const waitForPicture = (page: Page, identity: string) =>
  page.waitForFunction((of) => {
    const video = document.querySelector<HTMLVideoElement>(`video[data-of="${of}"]`)
    return video !== null && video.getVideoPlaybackQuality().totalVideoFrames > 2
  }, identity)

const waitForEnd = async (page: Page) => {
  await page.waitForFunction(() => window.stage.call?.status === 'ended')
  return page.evaluate(() => window.stage.call?.reason)
}

/** Waits until camera and microphone are really closed, those included that the SDK cloned. */
const waitForDark = (page: Page) =>
  page.waitForFunction(
    () => window.stage.opened.length > 0 && window.stage.opened.every((track) => track.readyState === 'ended'),
  )

test('two people under StrictMode see and hear each other, chat, mute, and leave', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'two' })
  const [alice, bob] = await Promise.all([world.openPage(), world.openPage()])
  await enter(alice, { roomSid, userId: 'alice' }, ['camera', 'microphone'])
  await enter(bob, { roomSid: 'two', userId: 'bob' }, ['camera'])
  expect(await alice.evaluate(() => window.stage.effects)).toBe(2)
  // Once each: a second join of the same identity would have pushed out the first.
  expect(await connected(roomSid)).toEqual(['alice', 'bob'])
  expect(await alice.evaluate(() => [window.stage.call?.status, window.stage.others])).toEqual(['connected', ['bob']])
  await waitForPicture(alice, 'bob')
  await waitForPicture(bob, 'alice')
  await bob.waitForSelector('audio[data-of="alice"][data-enabled="true"]', { state: 'attached' })
  await bob.waitForSelector('video[data-of="alice"][data-width="160"]', { state: 'attached' })
  await alice.waitForFunction(() => window.stage.loudest > 0)

  // A message sent before the other's data channel is open goes nowhere: wait until bob has alice's.
  await bob.waitForFunction(() =>
    [...(window.stage.call?.room?.participants.values() ?? [])].some(({ dataTracks }) =>
      [...dataTracks.values()].some((publication) => publication.track !== null),
    ),
  )
  await alice.waitForFunction(() => window.stage.messages?.isReady)
  await alice.evaluate(() => window.stage.messages?.send('hello, Beyoncé 👋'))
  await bob.waitForFunction(() => window.stage.messages?.messages.length === 1)
  expect(await bob.evaluate(() => window.stage.messages?.messages[0])).toMatchObject({
    text: 'hello, Beyoncé 👋',
    identity: 'alice',
    isMine: false,
  })

  await alice.evaluate(() => window.stage.media.microphone.setEnabled(false))
  await bob.waitForSelector('audio[data-of="alice"][data-enabled="false"]', { state: 'attached' })
  await alice.evaluate(() => window.stage.media.camera.stop())
  await bob.waitForSelector('video[data-of="alice"]', { state: 'detached' })
  await alice.evaluate(() => window.stage.media.camera.start())
  await waitForPicture(bob, 'alice')

  await alice.evaluate(() => window.stage.call?.leave())
  expect(await waitForEnd(alice)).toBe('left')
  await waitForDark(alice)
  await bob.waitForFunction(() => window.stage.others.length === 0)
  await bob.evaluate(() => window.stage.unmount())
  await waitForDark(bob)
  await expect.poll(() => connected(roomSid)).toEqual([])
})

test('a browser that has nothing newer than the target of the client makes calls, too', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'older' })
  const [older, newer] = await Promise.all([world.openPage({ without: NEWER_APIS }), world.openPage()])
  expect(await older.evaluate(() => 'structuredClone' in globalThis)).toBe(false)
  await enter(older, { roomSid, userId: 'older' }, ['camera', 'microphone'])
  await enter(newer, { roomSid, userId: 'newer' })
  await waitForPicture(newer, 'older')
  await older.waitForFunction(() => window.stage.messages?.isReady)
})

test('a call comes about by an address of the page’s own, a path into a merged router, and a team’s own client', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'ways' })
  for (const way of ['relative', 'path', 'own'] as const) {
    const page = await world.openPage({ way })
    await enter(page, { roomSid, userId: way })
    expect(await page.evaluate(() => window.stage.call?.status)).toBe('connected')
  }
  expect(await connected(roomSid)).toEqual(['own', 'path', 'relative'])
})

test('a call reports how it ended: replaced, removed, completed; and the camera goes off', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'ends' })
  const [first, second] = await Promise.all([world.openPage(), world.openPage()])
  await enter(first, { roomSid, userId: 'carol' }, ['camera'])
  await enter(second, { roomSid, userId: 'carol' })
  expect(await waitForEnd(first)).toBe('replaced')
  await waitForDark(first)
  expect(await second.evaluate(() => window.stage.call?.status)).toBe('connected')

  await world.client.participants.remove({ roomSid, participant: 'carol' })
  expect(await waitForEnd(second)).toBe('removed')

  await second.evaluate(() => window.stage.call?.rejoin())
  await second.waitForFunction(() => window.stage.call?.status === 'connected')
  await world.client.rooms.complete({ sid: roomSid })
  expect(await waitForEnd(second)).toBe('completed')
})

test('a call outlives a lost connection, and reports it', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'shaky' })
  const [grace, heidi] = await Promise.all([world.openPage(), world.openPage()])
  await enter(grace, { roomSid, userId: 'grace' }, ['camera'])
  await enter(heidi, { roomSid, userId: 'heidi' })
  await waitForPicture(heidi, 'grace')
  world.dropConnections()
  for (const page of [grace, heidi]) {
    await page.waitForFunction(() => window.stage.statuses.slice(-2).join() === 'reconnecting,connected')
  }
  expect(await heidi.evaluate(() => window.stage.others)).toEqual(['grace'])
  await grace.evaluate(() => window.stage.media.camera.stop())
  await heidi.waitForSelector('video[data-of="grace"]', { state: 'detached' })
})

test('who closes the page has left, and is not waited for', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'closing' })
  const [ivan, judy] = await Promise.all([world.openPage(), world.openPage()])
  await enter(ivan, { roomSid, userId: 'ivan' }, ['camera'])
  await enter(judy, { roomSid, userId: 'judy' })
  await waitForPicture(judy, 'ivan')
  await ivan.goto('about:blank')
  await judy.waitForFunction(() => window.stage.others.length === 0)
  expect(await judy.evaluate(() => window.stage.reconnecting)).toEqual([])
})

test('a guest with an invitation for one use comes in, and comes back', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'invited' })
  const { invite } = await world.client.invites.create({ roomSid, maxUses: 1 })
  const page = await world.openPage()
  await enter(page, { invite, userId: 'Mallory & co' })
  const [identity] = await connected(roomSid)
  expect(identity).toMatch(/^guest:Mallory & co:/)
  await page.evaluate(() => window.stage.call?.leave())
  expect(await waitForEnd(page)).toBe('left')
  await page.evaluate(() => window.stage.call?.rejoin())
  await page.waitForFunction(() => window.stage.call?.status === 'connected')
  expect(await page.evaluate(() => window.stage.call?.room?.localParticipant.identity)).toBe(identity)
})

test('a full room lets nobody else in, and leaves the preview on', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'small', maxParticipants: 1 })
  const [first, second] = await Promise.all([world.openPage(), world.openPage()])
  await enter(first, { roomSid, userId: 'dave' })
  await enter(second, { roomSid, userId: 'erin' }, ['camera'])
  expect(await waitForEnd(second)).toBe('full')
  expect(await second.evaluate(() => window.stage.media.camera.status)).toBe('on')
})

test('leaving in the middle of joining leaves nobody behind', async () => {
  const { sid: roomSid } = await world.client.rooms.create({ roomName: 'hasty' })
  const page = await world.openPage()
  await page.evaluate((options) => window.stage.enter(options), { roomSid, userId: 'frank' })
  await page.waitForFunction(() => window.stage.call?.status === 'joining')
  await page.evaluate(() => window.stage.call?.leave())
  expect(await waitForEnd(page)).toBe('left')
  await expect.poll(() => connected(roomSid)).toEqual([])
})

test('credentials do not follow a redirect, as browsers hide it', async () => {
  const page = await world.openPage()
  expect(await page.evaluate((origin) => window.stage.failureOf(origin), world.origin)).toBe('BAD_RESPONSE')
})
