import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import axe from 'axe-core'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

declare global {
  interface Window {
    axe: typeof axe
  }
}

const SIZES = { desktop: { width: 1280, height: 800 }, phone: { width: 390, height: 844 } }
/** The narrowest phones still in use, and what a page zoomed to 400 % is left with. Source: WCAG 2.2, 1.4.10. */
const NARROWEST = { width: 320, height: 640 }
/** What a finger hits, in pixels. Source: WCAG 2.2, 2.5.5. */
const TARGET = 44
const IMAGES = fileURLToPath(new URL('../../../docs/images', import.meta.url))

/** The pictures that the README shows; `UPDATE_SCREENSHOTS=1` takes them anew. */
const KEPT: Record<string, string> = {
  'lobby-desktop-light': 'lobby',
  'call-desktop-light': 'call',
  'chat-desktop-dark': 'chat-dark',
  'screen-desktop-light': 'screen',
  'crowd-desktop-dark': 'crowd-dark',
  'prejoin-phone-light': 'prejoin-phone',
  'call-phone-dark': 'call-phone-dark',
}

/**
 * Looks at a state of the page as a critic would: in light on a desktop and in dark on a phone, axe finds nothing
 * serious, and nothing outside of landmarks; at no width does anything stick out at the side or is a control cut; on a
 * phone every control is large enough for a finger. `SCREENSHOTS=folder` keeps pictures of every size.
 */
export async function inspect(page: Page, state: string): Promise<void> {
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport)
    for (const colorScheme of ['light', 'dark'] as const) {
      const isChecked = (size === 'desktop') === (colorScheme === 'light')
      if (!isChecked && process.env.SCREENSHOTS === undefined && process.env.UPDATE_SCREENSHOTS === undefined) continue
      await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' })
      await settle(page)
      await takePicture(page, `${state}-${size}-${colorScheme}`)
      if (isChecked) expect(await findViolations(page), `${state}, ${size}, ${colorScheme}`).toEqual([])
    }
    expect(await overflow(page), `${state}, ${size}`).toBe(0)
    if (size === 'phone') expect(await findSmallTargets(page), `${state}, small on a phone`).toEqual([])
  }
  await page.setViewportSize(NARROWEST)
  await settle(page)
  await takePicture(page, `${state}-narrowest`)
  expect(await overflow(page), `${state}, narrowest`).toBe(0)
  expect(await findCutControls(page), `${state}, cut`).toEqual([])
  await page.emulateMedia({ colorScheme: 'light', reducedMotion: 'no-preference' })
  await page.setViewportSize(SIZES.desktop)
}

/** What axe calls serious or critical, or finds outside of landmarks, with the elements concerned. */
async function findViolations(page: Page): Promise<[string, string[]][]> {
  // Once a document: reading its half a megabyte takes longer than all the looking.
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(() => window.axe.run({ resultTypes: ['violations'] }))
  return violations
    .filter(({ id, impact }) => impact === 'serious' || impact === 'critical' || id === 'region')
    .map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])
}

async function takePicture(page: Page, name: string): Promise<void> {
  const { SCREENSHOTS, UPDATE_SCREENSHOTS } = process.env
  if (SCREENSHOTS !== undefined) {
    await mkdir(SCREENSHOTS, { recursive: true })
    await page.screenshot({ path: `${SCREENSHOTS}/${name}.png`, animations: 'disabled' })
  }
  const kept = KEPT[name]
  if (UPDATE_SCREENSHOTS !== undefined && kept !== undefined) {
    await mkdir(IMAGES, { recursive: true })
    await page.screenshot({ path: `${IMAGES}/${kept}.png`, animations: 'disabled' })
  }
}

/** Two frames: one for the new size or colours, one for what follows from them. */
async function settle(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve(undefined)))),
  )
}

/** By how many pixels the page is wider than the window. */
function overflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth))
}

/** Controls in sight that a finger would miss. Links within a text are as high as its lines. */
function findSmallTargets(page: Page): Promise<string[]> {
  return page.evaluate(
    (target) =>
      [...document.querySelectorAll('button, input, select, textarea, summary, a')]
        .map((control) => (control.matches('[type=checkbox]') ? (control.closest('label') ?? control) : control))
        .filter((control) => control.checkVisibility() && !control.matches('.chat-text a'))
        .flatMap((control) => {
          const { width, height } = control.getBoundingClientRect()
          if (Math.min(width, height) >= target - 0.5) return []
          return [`${control.outerHTML.slice(0, 120)}: ${Math.round(width)} × ${Math.round(height)}`]
        }),
    TARGET,
  )
}

/** Controls that touch the sides of the window, or are partly beyond them. */
function findCutControls(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('button, input, select, textarea, summary, a')]
      .filter((control) => control.checkVisibility())
      .filter((control) => {
        const { left, right } = control.getBoundingClientRect()
        return left < 0.5 || right > innerWidth - 0.5
      })
      .map((control) => control.outerHTML.slice(0, 120)),
  )
}
