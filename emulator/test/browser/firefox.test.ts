import type { Room } from 'twilio-video'
import { expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'
import { findFirefox, launchFirefox, type FirefoxPage } from './firefox.ts'
import { createSite } from './site.ts'
import { createWorld } from './world.ts'

const executable = findFirefox()
if (!executable) process.stderr.write('Left out, as no Firefox is installed: calls between Firefox and Chromium\n')

type Join = { token: string; wsServer: string }

/** Joins the room `a` with camera and microphone, and plays all that comes. */
function join(page: FirefoxPage, options: Join): Promise<string> {
  return page.evaluate(async ({ token, wsServer }) => {
    const options = { name: 'a', audio: true, video: { width: 320, height: 240 }, wsServer, insights: false }
    const room = await window.Twilio.Video.connect(token, options)
    Object.assign(window, { room })
    return room.localParticipant.sid
  }, options)
}

/** Waits until pictures and sound of so many others have come, and until they still come. */
function receive(page: FirefoxPage, others: number): Promise<string[]> {
  return page.evaluate(async (others) => {
    const { room } = window as unknown as { room: Room }
    const measure = async () => {
      const reports = await room.getStats()
      const stats = reports.flatMap((report) => [...report.remoteAudioTrackStats, ...report.remoteVideoTrackStats])
      return new Map(stats.map(({ trackSid, bytesReceived }) => [trackSid, Number(bytesReceived)]))
    }
    const deadline = Date.now() + 50_000
    let before = await measure()
    for (;;) {
      await new Promise((resolve) => setTimeout(resolve, 500))
      const now = await measure()
      const flowing = [...now].filter(([sid, bytes]) => bytes > (before.get(sid) ?? Infinity)).map(([sid]) => sid)
      if (flowing.length === others * 2) return flowing
      if (Date.now() > deadline) throw new Error(`only ${flowing.length} tracks of ${now.size} flow`)
      before = now
    }
  }, others)
}

test.skipIf(!executable).each(['group', 'peer-to-peer'])(
  'Firefox and Chromium see and hear each other in a %s room, whoever comes first',
  { timeout: 180_000 },
  async (type) => {
    await using browser = await launchChromium()
    await using firefox = await launchFirefox(executable ?? '')
    await using world = await createWorld(browser)
    const site = await createSite()
    await world.rest.video.v1.rooms.create({ uniqueName: 'a', type: type as 'group' })
    const wsServer = world.emulator.signalingUrl
    const first = await firefox.openPage(site.url)
    await join(first, { token: world.token('first'), wsServer })
    const chromium = await world.join('chromium', { room: 'a', audio: true, video: true })
    await Promise.all([chromium.flowing(['first']), receive(first, 1)])
    const second = await firefox.openPage(site.url)
    await join(second, { token: world.token('second'), wsServer })
    await Promise.all([chromium.flowing(['first', 'second']), receive(first, 2), receive(second, 2)])
    expect(world.uncaught).toEqual([])
    await site.close()
  },
)
