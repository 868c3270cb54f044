import { readFile } from 'node:fs/promises'
import twilio from 'twilio'
import { RTCDtlsTransport } from 'werift'
import { expect, test } from 'vitest'
import { createEmulator, type Emulator } from '../../src/index.ts'
import { launchChromium } from './chromium.ts'
import { createSite } from './site.ts'
import { createWorld } from './world.ts'

const smallVideo = { width: 160, height: 120, frameRate: 10 }

test('an app that cannot change its addresses uses the emulator behind the names of Twilio’s own hosts', async () => {
  const { certPem: cert, privateKey: key } = await RTCDtlsTransport.SetupCertificate()
  await using cleanup = new AsyncDisposableStack()
  const emulator = await createEmulator({ tls: { cert, key } })
  cleanup.defer(() => emulator.close())
  const { port } = new URL(emulator.url)
  const browser = await launchChromium([
    `--host-resolver-rules=MAP *.twilio.com 127.0.0.1:${port}`,
    '--ignore-certificate-errors',
  ])
  cleanup.defer(() => browser.close())
  const site = await createSite()
  cleanup.defer(() => site.close())
  const page = await browser.newPage()
  const sockets: string[] = []
  page.on('websocket', (socket) => sockets.push(socket.url()))
  await page.goto(site.url)

  const tokens = ['alice', 'bob'].map((identity) => mint(emulator.credentials, identity))
  const outcome = await page.evaluate(
    async ([[first, second], video]) => {
      const { connect } = window.Twilio.Video
      const alice = await connect(String(first), { name: 'a', audio: true, video })
      const bob = await connect(String(second), { name: 'a', tracks: [], region: 'ie1' })
      const kinds: string[] = []
      const [publisher] = [...bob.participants.values()]
      await new Promise<void>((resolve) => {
        const started = (track: { kind: string }) => {
          kinds.push(track.kind)
          if (kinds.length === 2) resolve()
        }
        bob.on('trackStarted', started)
        bob.on('trackSubscribed', (track) => {
          if (track.kind !== 'data') track.attach()
        })
        publisher?.tracks.forEach(({ track }) => {
          if (!track || track.kind === 'data') return
          track.attach()
          if (track.isStarted) started(track)
        })
      })
      return { kinds: kinds.sort(), state: alice.state }
    },
    [tokens, smallVideo] as const,
  )

  expect(outcome).toEqual({ kinds: ['audio', 'video'], state: 'connected' })
  expect(new Set(sockets.map((url) => url.replace(/\?.*/, '')))).toEqual(
    new Set([
      'wss://global.vss.twilio.com/signaling',
      'wss://ie1.vss.twilio.com/signaling',
      'wss://sdkgw.us1.twilio.com/v1/VideoEvents',
    ]),
  )
  const api = await browser.newPage()
  const { accountSid, authToken } = emulator.credentials
  await api.setExtraHTTPHeaders({
    authorization: `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`,
  })
  const response = await api.goto('https://video.twilio.com/v1/Rooms/a')
  expect(await response?.json()).toMatchObject({ unique_name: 'a', status: 'in-progress' })
})

test('a page with nothing but twilio-video and a token made by the twilio package makes a call', async () => {
  await using cleanup = new AsyncDisposableStack()
  const browser = await launchChromium()
  cleanup.defer(() => browser.close())
  await using world = await createWorld(browser)
  const sdk = new URL('../../node_modules/twilio-video/dist/twilio-video.min.js', import.meta.url)
  const site = await createSite()
  cleanup.defer(() => site.close())

  const pages = await Promise.all(
    ['alice', 'bob'].map(async (identity) => {
      const page = await browser.newPage()
      await page.goto(`${site.url}nothing-here`)
      await page.setContent('<!doctype html><video autoplay muted></video>')
      await page.addScriptTag({ content: await readFile(sdk, 'utf8') })
      await page.evaluate(
        async ([token, wsServer, video]) => {
          const options = { wsServer, name: 'independent', audio: true, video, insights: false }
          const room = await window.Twilio.Video.connect(token, options)
          const show = (track: { kind: string }) => {
            const element = document.querySelector('video')
            if (track.kind === 'video' && element) (track as unknown as { attach(to: Element): void }).attach(element)
          }
          room.on('trackSubscribed', show)
          room.participants.forEach(({ tracks }) => tracks.forEach(({ track }) => track && show(track)))
        },
        [mint(world.emulator.credentials, identity), world.emulator.signalingUrl, smallVideo] as const,
      )
      return page
    }),
  )

  const frames = await Promise.all(
    pages.map((page) =>
      page.evaluate(async () => {
        const element = document.querySelector('video')
        const frames: number[] = []
        if (!element) return frames
        while (frames.length < 5) {
          frames.push(
            await new Promise((resolve) =>
              element.requestVideoFrameCallback((_now, { presentedFrames }) => resolve(presentedFrames)),
            ),
          )
        }
        return frames
      }),
    ),
  )
  for (const seen of frames) expect(seen).toEqual(seen.toSorted((one, other) => one - other))
  expect(frames.map((seen) => new Set(seen).size)).toEqual([5, 5])
})

test('a page that may reach others by TURN alone has its call all the same', async () => {
  await using browser = await launchChromium()
  await using world = await createWorld(browser, { turn: true, media: 'forwarding' })
  const page = await world.openPage()
  const alice = await page.evaluateHandle(
    ([token, video]) => window.stage.connect(token, { name: 'a', audio: false, video, iceTransportPolicy: 'relay' }),
    [world.token('alice'), smallVideo] as const,
  )
  const bob = await world.join('bob', { room: 'a', video: true })
  await Promise.all([bob.flowing(['alice']), alice.evaluate((room) => window.stage.flowing(room, ['bob']))])
})

function mint({ accountSid, apiKeySid, apiKeySecret }: Emulator['credentials'], identity: string): string {
  const { AccessToken } = twilio.jwt
  const token = new AccessToken(accountSid, apiKeySid, apiKeySecret, { identity })
  token.addGrant(new AccessToken.VideoGrant())
  return token.toJwt()
}
