import { createRoomkeyClient } from '@roomkey/client'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { installCamera } from '../../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { DEADLINE_MS, isInside, joinFromPrejoin, openRoom, seesPictures } from './call.ts'
import { useSmallCamera } from './init-scripts.ts'
import { createNetwork } from './network.ts'
import { openSite } from './site.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const timelineOf = (page: Page) => page.getByRole('list', { name: 'What happened' }).getByRole('listitem')
/** Who came and left, as a timeline tells it. */
const told = async (page: Page) =>
  (await timelineOf(page).locator('span').allTextContents()).map((text) => text.replace(/ after .*/, ''))

test('who was cut off from the network misses nothing of a call, and is told nothing twice', async () => {
  await using site = await openSite(browser)
  await using network = await createNetwork(site.url)
  const before = [installCamera, useSmallCamera]
  const ada = await site.visit({ name: 'Ada', before })
  await openRoom(ada.page, 'standup')
  const path = '/room/standup'
  const grace = await site.visit({ path, name: 'Grace', before })
  await joinFromPrejoin(grace.page)
  await seesPictures(ada.page, 'Grace')

  // Mary was in the call; now she reads what happens there, and beside it, in another tab, who is inside.
  const mary = await site.visit({ path, name: 'Mary', before, by: network.url })
  await joinFromPrejoin(mary.page)
  await isInside(mary.page, 'standup')
  await mary.page.getByRole('button', { name: 'Leave' }).click()
  await timelineOf(mary.page).getByText('Mary left').waitFor({ timeout: DEADLINE_MS })
  const lobby = await mary.page.context().newPage()
  await lobby.goto(network.url)
  await lobby.getByText(/Ada and Grace|Grace and Ada/).waitFor()
  const known = ['The room opened', 'Ada joined', 'Grace joined', 'Mary joined', 'Mary left']
  await expect.poll(() => told(mary.page)).toEqual(known)

  await mary.page.context().setOffline(true)
  network.cut()
  // Others come and go; somebody with a network hears of it.
  const hearing = await hear(site.url, 'standup', 3)
  await grace.page.getByRole('button', { name: 'Leave' }).click()
  await grace.page.getByRole('heading', { name: 'You left the room' }).waitFor({ timeout: DEADLINE_MS })
  await grace.page.getByRole('button', { name: 'Join again' }).click()
  await isInside(grace.page, 'standup')
  await site.emulator.addBot({ room: 'standup', identity: 'Dorothy' })
  expect(await hearing()).toEqual(['Grace left', 'Grace joined', 'Dorothy joined'])
  expect(await told(mary.page)).toEqual(known)
  expect(await lobby.getByText('Dorothy').count()).toBe(0)

  network.mend()
  await mary.page.context().setOffline(false)
  await timelineOf(mary.page).getByText('Dorothy joined').waitFor({ timeout: DEADLINE_MS })
  await lobby.getByText('Ada, Grace and 1 more').waitFor({ timeout: DEADLINE_MS })
  // And it goes on.
  await grace.page.getByRole('button', { name: 'Leave' }).click()
  await timelineOf(mary.page).getByText('Grace left').nth(1).waitFor({ timeout: DEADLINE_MS })
  await lobby.getByText('Ada and Dorothy').waitFor({ timeout: DEADLINE_MS })
  expect(await told(mary.page)).toEqual([...known, 'Grace left', 'Grace joined', 'Dorothy joined', 'Grace left'])
  expect({ ada: ada.problems, grace: grace.problems }).toEqual({ ada: [], grace: [] })
}, 240_000)

/** From now on, the next so many who come or leave, as the server tells it. */
async function hear(url: string, room: string, count: number): Promise<() => Promise<string[]>> {
  const { rooms } = createRoomkeyClient({ url })
  const { roomSid: sid, lastEventId } = await rooms.presence({ sid: room })
  return async () => {
    const heard: string[] = []
    for await (const event of rooms.events({ sid, lastEventId })) {
      if (event.type === 'participant-connected') heard.push(`${event.identity} joined`)
      if (event.type === 'participant-disconnected') heard.push(`${event.identity} left`)
      if (heard.length === count) break
    }
    return heard
  }
}
