import { createHmac } from 'node:crypto'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { createRoomkeyClient, type RoomkeyClient } from '../../src/index.ts'
import { createWorld, type World } from './world.ts'

const SECRET = 'a-secret-of-tests-with-more-than-32-bytes'

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

/** A token of the tests' sign-in. */
function signIn(identity: string, claims: object = {}): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url')
  const exp = Math.floor(Date.now() / 1000) + 600
  const body = `${encode({ alg: 'HS256' })}.${encode({ sub: identity, iat: exp - 600, exp, ...claims })}`
  return `${body}.${createHmac('sha256', SECRET).update(body).digest('base64url')}`
}

const createRoom = async (client: RoomkeyClient = world.client) => (await client.rooms.create()).sid

/** Follows a room in a page, and resolves once it is caught up. */
async function follow(page: Page, sid: string, lastEventId?: string): Promise<void> {
  await page.evaluate(([room, id]) => window.stage.follow(room, id), [sid, lastEventId] as const)
  await page.waitForFunction((room) => window.stage.heard[room]?.includes('caught-up'), sid)
}

const heard = (page: Page, sid: string, count: number) =>
  page
    .waitForFunction(
      ([room, wanted]) => {
        const names = window.stage.heard[room]?.filter((name) => name !== 'caught-up') ?? []
        return names.length >= wanted && names
      },
      [sid, count] as const,
    )
    .then((names) => names.jsonValue())

const streams = (count: number) => vi.waitFor(() => expect(world.streams()).toBe(count), 30_000)

test('tabs of one caller share a connection, whatever rooms they follow', async () => {
  const [one, two] = [await createRoom(), await createRoom()]
  const first = await world.openPage()
  const [second, third] = await Promise.all([world.openPage({ beside: first }), world.openPage({ beside: first })])
  await Promise.all([follow(first, one), follow(second, one), follow(third, two)])
  await streams(1)
  await world.addBot(one, 'ann')
  await world.addBot(two, 'bob')
  expect(await heard(first, one, 1)).toEqual(['ann'])
  expect(await heard(second, one, 1)).toEqual(['ann'])
  expect(await heard(third, two, 1)).toEqual(['bob'])
  // Another browser is another connection.
  await follow(await world.openPage(), one)
  await streams(2)
})

test('when the tab that has the connection goes, another one takes over; nothing is lost, nothing comes twice', async () => {
  const sid = await createRoom()
  const first = await world.openPage()
  await follow(first, sid, '0')
  const [second, third] = await Promise.all([world.openPage({ beside: first }), world.openPage({ beside: first })])
  await Promise.all([follow(second, sid, '0'), follow(third, sid, '0')])
  await world.addBot(sid, 'ann')
  for (const page of [first, second, third]) await heard(page, sid, 1)
  await first.close()
  await world.addBot(sid, 'bob')
  for (const page of [second, third]) expect(await heard(page, sid, 2)).toEqual(['ann', 'bob'])
  await streams(1)
  world.cutConnections()
  await world.addBot(sid, 'cleo')
  for (const page of [second, third]) expect(await heard(page, sid, 3)).toEqual(['ann', 'bob', 'cleo'])
  await second.close()
  await third.close()
  await streams(0)
})

test('what a tab followed is not read any longer than it is there', async () => {
  const sid = await createRoom()
  const first = await world.openPage()
  const second = await world.openPage({ beside: first })
  await follow(second, sid)
  await first.close()
  await streams(1)
  await second.close()
  await streams(0)
})

test('a client through a team’s own tRPC client follows on its own', async () => {
  const sid = await createRoom()
  const first = await world.openPage({ way: 'own' })
  const second = await world.openPage({ beside: first, way: 'own' })
  await Promise.all([follow(first, sid), follow(second, sid)])
  await streams(2)
  await world.addBot(sid, 'ann')
  for (const page of [first, second]) expect(await heard(page, sid, 1)).toEqual(['ann'])
})

test('where there are no locks, each tab has a connection of its own', async () => {
  const sid = await createRoom()
  const first = await world.openPage({ without: ['BroadcastChannel'] })
  const second = await world.openPage({ beside: first, without: ['BroadcastChannel'] })
  await Promise.all([follow(first, sid), follow(second, sid)])
  await streams(2)
})

test('hooks say in each tab that what happens cannot be heard, and that it can again', async () => {
  const sid = await createRoom()
  const first = await world.openPage()
  const pages = [first, await world.openPage({ beside: first })]
  const are = (status: string) =>
    Promise.all(
      pages.map((page) => page.waitForFunction((wanted) => window.stage.watched?.presence.status === wanted, status)),
    )
  for (const page of pages) await page.evaluate((room) => window.stage.watch(room), sid)
  await are('live')
  await streams(1)
  await first.context().route('**/events.follow**', (route) => route.abort())
  world.cutConnections()
  await are('reconnecting')
  await first.context().unroute('**/events.follow**')
  await are('live')
})

test('hooks say who is in a room, and what happened there', async () => {
  const sid = await createRoom()
  await world.addBot(sid, 'ann')
  const page = await world.openPage()
  await page.evaluate((room) => window.stage.watch(room), sid)
  const inside = (names: string[]) =>
    page.waitForFunction((wanted) => {
      const { status, participants } = window.stage.watched?.presence ?? { status: '', participants: [] }
      return status === 'live' && participants.map(({ identity }) => identity).join() === wanted
    }, names.join())
  await inside(['ann'])
  await world.addBot(sid, 'bob')
  await inside(['ann', 'bob'])
  await world.client.participants.remove({ roomSid: sid, participant: 'ann' })
  await inside(['bob'])
  await world.client.rooms.complete({ sid })
  await page.waitForFunction(() => window.stage.watched?.presence.hasEnded)
  await page.waitForFunction(() => window.stage.watched?.events.events.some(({ type }) => type === 'room-ended'))
  const types = await page.evaluate(() => window.stage.watched?.events.events.map(({ type }) => type))
  expect(types?.slice(0, 4)).toEqual([
    'room-created',
    'participant-connected',
    'participant-connected',
    'participant-disconnected',
  ])
  await page.evaluate(() => window.stage.watch(null))
  await streams(0)
})

test('tabs of different callers share nothing, and neither hears of what the other may see', async () => {
  await using guarded = await createWorld(browser, { AUTH_JWT_SECRET: SECRET })
  const asAnn = createRoomkeyClient({ url: guarded.url, auth: () => signIn('ann') })
  const sid = (await asAnn.rooms.create({ access: 'invited' })).sid
  const ann = await guarded.openPage({ token: signIn('ann') })
  await follow(ann, sid)
  const again = await guarded.openPage({ token: signIn('ann', { iat: 1 }), beside: ann })
  await follow(again, sid)
  await vi.waitFor(() => expect(guarded.streams()).toBe(1), 30_000)

  const eve = await guarded.openPage({ token: signIn('eve'), beside: ann })
  await eve.evaluate((room) => window.stage.follow(room, '0'), sid)
  await eve.waitForFunction(() => window.stage.unheard.length === 1)
  expect(await eve.evaluate(() => [window.stage.unheard, window.stage.heard])).toEqual([
    ['ROOM_NOT_FOUND'],
    { [sid]: [] },
  ])
  // A role more is another caller, too.
  const admin = await guarded.openPage({ token: signIn('ann', { roles: ['admin'] }), beside: ann })
  await follow(admin, sid)
  await vi.waitFor(() => expect(guarded.streams()).toBe(2), 30_000)
  // Nothing that a tab could send as somebody else stands in a name.
  const names = await ann.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query()
    return [...held, ...pending].map(({ name }) => name).join('\n')
  })
  expect(names).toContain('"identity":"ann"')
  expect(names).not.toContain(signIn('').slice(0, 10))
})
