import type { Locator, Page } from 'playwright-core'

/** Calls start several processes on few cores: what is awaited may take a while. */
export const DEADLINE_MS = 60_000

/** Opens a room from the lobby and waits to be inside. */
export async function openRoom(page: Page, room: string): Promise<void> {
  await page.getByLabel('Open a room').fill(room)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await isInside(page, room)
}

/** Joins from the prejoin page, where a link leads. */
export async function joinFromPrejoin(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Join now' }).click()
}

export async function isInside(page: Page, room: string): Promise<void> {
  await page.getByRole('toolbar', { name: 'Call controls' }).waitFor({ timeout: DEADLINE_MS })
  await page.getByRole('heading', { name: room, level: 1 }).waitFor()
}

/** The tile of someone. Its label begins with the name and goes on with their state; `state` is part of that. */
export function tileOf(page: Page, name: string, state?: string): Locator {
  const label = state === undefined ? `^${name}(,|$)` : `^${name}, .*${state}`
  return page.getByRole('figure', { name: new RegExp(label) })
}

/** Waits until pictures arrive in a tile, one after another. */
export async function seesPictures(page: Page, name: string): Promise<void> {
  const video = tileOf(page, name).locator('video')
  await video.waitFor({ timeout: DEADLINE_MS })
  await video.evaluate(async (element: HTMLVideoElement) => {
    for (let frames = 0; frames < 3; frames++) {
      await new Promise((resolve) => element.requestVideoFrameCallback(resolve))
    }
  })
}

/** Waits until someone's sound has arrived: the tile is marked when this browser hears a voice in their track. */
export async function hears(page: Page, name: string): Promise<void> {
  await tileOf(page, name, 'speaking').waitFor({ timeout: DEADLINE_MS })
}
