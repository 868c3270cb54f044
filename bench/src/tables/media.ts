/// <reference lib="dom" />
import twilio from 'twilio'
import { installCamera } from '../../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../../emulator/test/browser/chromium.ts'
import { createSite } from '../../../emulator/test/browser/site.ts'
import { installStage } from '../../../emulator/test/browser/stage.ts'
import { browserCpuSeconds } from '../browser-usage.ts'
import { run, type Running } from '../contender.ts'
import { mediaWays } from '../contenders/media.ts'
import { CREDENTIALS } from '../contenders/work.ts'
import { kib, number } from '../format.ts'
import type { Cell, Effort, Figure, Table, TableResult } from '../result.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<Browser['newPage']>>

const PAGES = [3, 6, 10]
const PICTURE = { width: 320, height: 180, frameRate: 15 }
/** The size that targets are set for. */
const TARGET_PAGES = 6
/** By the mesh's: what forwarding may cost the browsers, and how long a newcomer may wait. */
const CPU_TARGET = 0.65
const WAIT_TARGET = 0.4
/** Packets a second of one such picture and its sound. */
const PACKETS_A_SECOND = 90

export const mediaTable: Table = { name: 'media', run: measure }

type Call = { browserCpu: number; serverCpu: number; firstFrameMs: number; framesASecond: number; bytesAClient: number }

async function measure(effort: Effort): Promise<TableResult> {
  const rows: Cell[][] = []
  const calls = new Map<string, Call>()
  for (const pages of effort.quick ? PAGES.slice(0, 1) : PAGES) {
    for (const way of mediaWays) {
      effort.say(`${pages} pages, ${way.title}`)
      await using server = await run(way)
      const call = await measureCall(server, pages, effort.quick ? 3 : 10)
      calls.set(`${way.title} ${pages}`, call)
      const forwarded = way.title === 'forwarding' ? pages * (pages - 1) * PACKETS_A_SECOND : 0
      rows.push([
        pages,
        way.title,
        number(call.browserCpu * 100),
        number(call.serverCpu * 100),
        number(call.firstFrameMs),
        number(call.framesASecond),
        forwarded > 0 ? number((call.serverCpu * 1e6) / forwarded) : '–',
        kib(call.bytesAClient),
      ])
    }
  }
  // A quick run has no call of that size, and so no figures.
  const [mesh, forwarding] = mediaWays.map(({ title }) => calls.get(`${title} ${TARGET_PAGES}`))
  const ratio = (value: keyof Call): number => (forwarding?.[value] ?? Number.NaN) / (mesh?.[value] ?? Number.NaN)
  return {
    title: 'Media of a group room, from browser to browser and through the server',
    note:
      `Tabs of one Chromium with ${PICTURE.width}×${PICTURE.height} pictures at ${PICTURE.frameRate} a second and sound, ` +
      'joining one after another. Processor in per cent of one core; the wait is that of the last to join for the ' +
      'first picture of all others. SRTP is AES-128-GCM; a packet’s price is all of the server’s time, shared out.',
    parts: [
      {
        columns: [
          'pages',
          'media',
          'browsers CPU %',
          'emulator CPU %',
          'first frames ms',
          'frames/s',
          'µs/packet',
          'memory a client',
        ],
        rows,
      },
    ],
    figures: effort.quick
      ? []
      : [
          createFigure('cpu', 'browsers’ CPU', ratio('browserCpu'), CPU_TARGET),
          createFigure('wait', 'first frames', ratio('firstFrameMs'), WAIT_TARGET),
        ],
  }
}

function createFigure(id: string, what: string, value: number, target: number): Figure {
  return {
    id: `media/${id}`,
    label: `emulator: ${what} of ${TARGET_PAGES} pages, forwarding ÷ mesh`,
    value,
    unit: '×',
    better: 'lower',
    target,
  }
}

async function measureCall(server: Running, count: number, seconds: number): Promise<Call> {
  await using browser = await launchChromium()
  const site = await createSite()
  const pages: Page[] = []
  let firstFrameMs = 0
  let firstBytes = 0
  for (let index = 0; index < count; index++) {
    const page = await openPage(browser, site.url)
    pages.push(page)
    firstFrameMs = await join(page, server, `page-${index}`, index)
    // The first client also makes the server load what media take.
    if (index === 0) firstBytes = (await server.settledUsage()).rssBytes
  }
  // What joining cost is over by then.
  await Promise.all(pages.map((page) => page.evaluate(watch, { seconds: 2, count })))
  const before = { browsers: await browserCpuSeconds(), server: await server.usage(), at: performance.now() }
  const rates = await Promise.all(pages.map((page) => page.evaluate(watch, { seconds, count })))
  const elapsed = (performance.now() - before.at) / 1000
  const after = await server.usage()
  const browserCpu = ((await browserCpuSeconds()) - before.browsers) / elapsed
  const call = {
    browserCpu,
    serverCpu: (after.cpuMicroseconds - before.server.cpuMicroseconds) / 1e6 / elapsed,
    firstFrameMs,
    framesASecond: rates.reduce((sum, rate) => sum + rate, 0) / rates.length,
    bytesAClient: ((await server.settledUsage()).rssBytes - firstBytes) / (count - 1),
  }
  await site.close()
  return call
}

async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript(installCamera)
  await page.addInitScript(installStage)
  await page.goto(url)
  return page
}

/** @returns how long it took until all others' pictures were there, in milliseconds; NaN when they never were */
async function join(page: Page, server: Running, identity: string, others: number): Promise<number> {
  const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
  const token = new twilio.jwt.AccessToken(accountSid, apiKeySid, apiKeySecret, { identity })
  token.addGrant(new twilio.jwt.AccessToken.VideoGrant())
  const wsServer = `${server.origin.replace('http', 'ws')}/signaling`
  return page.evaluate(
    async ([token, wsServer, video, others]) => {
      const started = performance.now()
      const options = { name: 'call', wsServer, insights: false, audio: true, video }
      const room = await window.stage.connect(token, options)
      Object.assign(window, { room })
      const seen = async () =>
        (await window.stage.deliveries(room)).filter(({ kind, frames }) => kind === 'video' && frames > 0).length >=
        others
      // Where every browser has too much to do, some pictures never come.
      return window.stage.until('all pictures', seen, 30_000).then(
        () => performance.now() - started,
        () => Number.NaN,
      )
    },
    [token.toJwt(), wsServer, PICTURE, others] as const,
  )
}

/** Runs in the page. @returns how many frames a second came of each of the others, on average */
async function watch({ seconds, count }: { seconds: number; count: number }): Promise<number> {
  const { room } = window as unknown as { room: Parameters<typeof window.stage.deliveries>[0] }
  const frames = async () => (await window.stage.deliveries(room)).reduce((sum, { frames }) => sum + frames, 0)
  const before = await frames()
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
  return ((await frames()) - before) / seconds / (count - 1)
}
