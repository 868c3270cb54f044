/// <reference lib="dom" />
import twilio from 'twilio'
import { installCamera } from '../../emulator/test/browser/camera.ts'
import { launchChromium } from '../../emulator/test/browser/chromium.ts'
import { createSite } from '../../emulator/test/browser/site.ts'
import { installStage } from '../../emulator/test/browser/stage.ts'
import { browserCpuSeconds } from './browser-usage.ts'
import type { Running } from './contender.ts'
import { CREDENTIALS } from './contenders/work.ts'
import { countBetween } from './delivery-counts.ts'

type Browser = Awaited<ReturnType<typeof launchChromium>>
type Page = Awaited<ReturnType<Browser['newPage']>>
type Room = Parameters<typeof window.stage.deliveries>[0]

export type CallOptions = {
  pages: number
  /** Whether pictures move as a camera's do; else they stand still, but for a strip. */
  areMoving: boolean
  /** For how long to look at the processors. */
  seconds: number
  /** How many come anew, one after the other, and wait for the others' pictures. */
  newcomers: number
}

export type Call = {
  /** Processor seconds a second. */
  browserCpu: number
  serverCpu: number
  /** What each newcomer waited for the first picture of all others, in milliseconds. */
  waitsMs: number[]
  /** That a page gets of each other. */
  framesASecond: number
  /** That all pages get of all others. */
  packetsASecond: number
  bytesAClient: number
}

export const PICTURE = { width: 320, height: 180, frameRate: 15 }
/** A beep needs no cleaning, which would cost as much as all else, however media travel. */
const SOUND = { echoCancellation: false, noiseSuppression: false, autoGainControl: false, channelCount: 1 }
/** Where every browser has too much to do, some pictures never come, and no others are waited for. */
const PATIENCE_MS = 15_000
/** For how long the others may take to hear that somebody left. */
const LEAVE_PATIENCE_MS = 60_000

/** Makes a call among tabs of one browser, and looks at what it takes. */
export async function measureCall(server: Running, options: CallOptions): Promise<Call> {
  const { pages: count, seconds, newcomers } = options
  await using browser = await launchChromium()
  const site = await createSite()
  const open = () => openPage(browser, site.url, options.areMoving)
  const pages: Page[] = []
  let firstBytes = 0
  for (let index = 0; index < count; index++) {
    const page = await open()
    pages.push(page)
    await join(page, server, `page-${index}`, index)
    // The first client also makes the server load what media take.
    if (index === 0) firstBytes = (await server.settledUsage()).rssBytes
  }
  // What joining cost is over by then.
  await Promise.all(pages.map((page) => watch(page, 2)))
  const before = { browsers: await browserCpuSeconds(), server: await server.usage(), at: performance.now() }
  const rates = await Promise.all(pages.map((page) => watch(page, seconds)))
  const elapsed = (performance.now() - before.at) / 1000
  const browserCpu = ((await browserCpuSeconds()) - before.browsers) / elapsed
  const after = await server.usage()
  const sum = (what: 'frames' | 'packets') => rates.reduce((total, rate) => total + rate[what], 0)
  const bytesAClient = ((await server.settledUsage()).rssBytes - firstBytes) / (count - 1)

  const waitsMs: number[] = []
  while (waitsMs.length < newcomers && waitsMs.every((wait) => wait < PATIENCE_MS)) {
    if (!(await leave(pages))) {
      waitsMs.push(Infinity)
      break
    }
    const page = await open()
    pages.push(page)
    waitsMs.push(await join(page, server, `newcomer-${waitsMs.length}`, count - 1))
  }
  await site.close()
  return {
    browserCpu,
    serverCpu: (after.cpuMicroseconds - before.server.cpuMicroseconds) / 1e6 / elapsed,
    waitsMs,
    framesASecond: sum('frames') / count / (count - 1),
    packetsASecond: sum('packets'),
    bytesAClient,
  }
}

/**
 * Lets the last page leave, and the others hear of it: nobody is to wait for who is gone.
 * @returns whether they all heard: where a machine cannot carry the call, some do not, or are out of it themselves
 */
async function leave(pages: Page[]): Promise<boolean> {
  const leaving = pages.pop()
  await leaving?.evaluate(() => (window as unknown as { room: Room }).room.disconnect())
  const hears = async (page: Page) => {
    const others = pages.length - 1
    return await page.evaluate(
      ([others, patienceMs]) => {
        const { room } = window as unknown as { room: Room }
        const isGone = () => room.participants.size === others
        return window.stage.until('the others to leave', isGone, patienceMs).catch(() => false)
      },
      [others, LEAVE_PATIENCE_MS] as const,
    )
  }
  const haveHeard = await Promise.all(pages.map(hears))
  await leaving?.close()
  return haveHeard.every(Boolean)
}

async function openPage(browser: Browser, url: string, isMoving: boolean): Promise<Page> {
  const page = await browser.newPage()
  await page.addInitScript(installCamera, { isMoving })
  await page.addInitScript(installStage)
  await page.goto(url)
  return page
}

/** @returns how long it took until all others' pictures were there, in milliseconds; `Infinity` when they never were */
async function join(page: Page, server: Running, identity: string, others: number): Promise<number> {
  const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
  const token = new twilio.jwt.AccessToken(accountSid, apiKeySid, apiKeySecret, { identity })
  token.addGrant(new twilio.jwt.AccessToken.VideoGrant())
  const wsServer = `${server.origin.replace('http', 'ws')}/signaling`
  const options = { name: 'call', wsServer, insights: false, audio: SOUND, video: PICTURE }
  const waited = await page.evaluate(
    async ([token, options, others, patienceMs]) => {
      /** Whatever hands pictures on: Chromium's own, and so not among the standard's types. */
      type Processor = new (init: { track: MediaStreamTrack }) => { readable: ReadableStream<VideoFrame> }
      const { MediaStreamTrackProcessor } = window as unknown as { MediaStreamTrackProcessor: Processor }
      const started = performance.now()
      const room = await window.stage.connect(token, options)
      Object.assign(window, { room })
      return new Promise<number | null>((resolve) => {
        let seen = 0
        const count = (more: number) => {
          seen += more
          if (seen >= others) resolve(performance.now() - started)
        }
        const wait = async (mediaStreamTrack: MediaStreamTrack) => {
          const reader = new MediaStreamTrackProcessor({ track: mediaStreamTrack }).readable.getReader()
          const { value } = await reader.read()
          if (value === undefined) return
          value.close()
          await reader.cancel()
          count(1)
        }
        setTimeout(() => resolve(null), patienceMs)
        room.on('trackSubscribed', (track) => {
          if (track.kind === 'video') void wait(track.mediaStreamTrack)
        })
        for (const { videoTracks } of room.participants.values())
          for (const { track } of videoTracks.values()) if (track) void wait(track.mediaStreamTrack)
        count(0)
      })
    },
    [token.toJwt(), options, others, PATIENCE_MS] as const,
  )
  return waited ?? Infinity
}

/** @returns how many frames and packets a second come to the page, of all others together */
async function watch(page: Page, seconds: number): Promise<{ frames: number; packets: number }> {
  const [before, after] = await page.evaluate(async (seconds) => {
    const { room } = window as unknown as { room: Room }
    const before = await window.stage.deliveries(room)
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000))
    return [before, await window.stage.deliveries(room)] as const
  }, seconds)
  const { frames, packets } = countBetween(before, after)
  return { frames: frames / seconds, packets: packets / seconds }
}
