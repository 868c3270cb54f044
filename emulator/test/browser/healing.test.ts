import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { createWorld, type World } from './world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const media = { room: 'a', audio: true, video: true }

async function pair(world: World) {
  const wire = await world.createWire()
  const [alice, bob] = await Promise.all([world.join('alice', { ...media, wire }), world.join('bob', media)])
  await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
  return { wire, alice, bob }
}

// They mostly wait, each with an emulator and pages of its own; the longest begins first.
test.concurrent('a laptop that sleeps past the session timeout learns on waking that it is out', async () => {
  await using world = await createWorld(browser, { sessionTimeoutSeconds: 2 })
  const { wire, alice, bob } = await pair(world)
  wire.freeze()

  await bob.event('participantReconnecting', { identity: 'alice' })
  await bob.event('participantDisconnected', { identity: 'alice' })
  wire.mend()

  const { code } = await alice.event('disconnected')
  expect([53001, 53204]).toContain(code)
  const again = await world.join('alice', { ...media, page: alice.page })
  await Promise.all([again.flowing(['bob']), bob.flowing(['alice'])])
})

test.concurrent('a call survives its sockets being cut again and again', async ({ expect }) => {
  await using world = await createWorld(browser)
  const { wire, alice, bob } = await pair(world)
  for (let cuts = 1; cuts <= 5; cuts += 1) {
    wire.cut()
    await expect.poll(async () => (await alice.events('reconnected')).length).toBe(cuts)
  }
  await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
  expect(await bob.events('participantReconnected')).toHaveLength(5)
})

test.concurrent('media flows on while signalling is away', async () => {
  await using world = await createWorld(browser)
  const { wire, alice, bob } = await pair(world)
  wire.sever()
  await alice.event('reconnecting')
  await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
  wire.mend()
  await alice.event('reconnected')
  await bob.event('participantReconnected', { identity: 'alice' })
})

test.concurrent('an emulator restarted within the session timeout ends the call with a clear reason, and a new one begins', async () => {
  await using world = await createWorld(browser)
  const { alice, bob } = await pair(world)

  await world.restartEmulator()

  await Promise.all([alice.event('disconnected', { code: 53204 }), bob.event('disconnected', { code: 53204 })])
  const [again, other] = await Promise.all([
    world.join('alice', { ...media, page: alice.page }),
    world.join('bob', { ...media, page: bob.page }),
  ])
  await Promise.all([again.flowing(['bob']), other.flowing(['alice'])])
})

test.concurrent('a page that is reloaded and joins again is in the call as before', async () => {
  await using world = await createWorld(browser)
  const { alice, bob } = await pair(world)
  const defaults = await alice.page.evaluate(() => window.stage.defaults)

  await alice.page.reload()
  await alice.page.evaluate((defaults) => Object.assign(window.stage.defaults, defaults), defaults)
  const again = await world.join('alice', { ...media, page: alice.page })

  await bob.room.evaluate(
    (room, sid) =>
      window.stage.until('the new one alone', () => room.participants.size === 1 && room.participants.has(sid)),
    again.sid,
  )
  await Promise.all([again.flowing(['bob']), bob.flowing(['alice'])])
})

test.concurrent('a browser that is offline for a moment finds its way back', async () => {
  await using world = await createWorld(browser)
  const { wire, alice, bob } = await pair(world)
  wire.sever()
  await alice.page.context().setOffline(true)
  await alice.event('reconnecting')
  wire.mend()
  await alice.page.context().setOffline(false)
  await alice.event('reconnected')
  await Promise.all([alice.flowing(['bob']), bob.flowing(['alice'])])
})
