import type { Browser, BrowserContext, Page } from 'playwright-core'
import twilio from 'twilio'
import { createEmulator, type Emulator, type EmulatorOptions } from '../../src/index.ts'
import { installCamera } from './camera.ts'
import { joinRoom, type Caller, type JoinOptions } from './caller.ts'
import { createSite } from './site.ts'
import { installStage } from './stage.ts'
import { createWire, type Wire } from './wire.ts'

export type TokenOptions = { room?: string; ttlSeconds?: number }

/** One emulator, the official clients pointed at it, and as many pages as a test opens. */
export type World = AsyncDisposable & {
  emulator: Emulator
  rest: twilio.Twilio
  /** What was thrown in pages and caught by nobody: frames that the SDK does not know, for one. */
  uncaught: readonly string[]
  /** Closes the emulator and starts an empty one on the same port. */
  restartEmulator(): Promise<void>
  token(identity: string, options?: TokenOptions): string
  /** A page with the SDK, in a browser context of its own unless the world has tabs; `wire` stands between it and the emulator. */
  openPage(wire?: Wire): Promise<Page>
  createWire(): Promise<Wire>
  /** Joins from a new page, unless `page` names one. */
  join(identity: string, options?: JoinOptions & { page?: Page; wire?: Wire; token?: string }): Promise<Caller>
}

export type WorldOptions = EmulatorOptions & {
  /** Opens all pages as tabs of one browser context, which costs less than a context each. Default false. */
  tabs?: boolean
  /** Lets all of the pictures move, as a real camera's do: that takes much more of processors and networks. Default false. */
  isMoving?: boolean
}

export async function createWorld(
  browser: Browser,
  { tabs, isMoving = false, ...options }: WorldOptions = {},
): Promise<World> {
  await using cleanup = new AsyncDisposableStack()
  // MEDIA=mesh runs every test the other way.
  const media = process.env.MEDIA === 'mesh' ? 'mesh' : 'forwarding'
  let emulator = await createEmulator({ media, ...options })
  cleanup.defer(() => emulator.close())
  const site = await createSite()
  cleanup.defer(() => site.close())
  const { accountSid, authToken, apiKeySid, apiKeySecret } = emulator.credentials
  const rest = twilio(accountSid, authToken)
  rest.video.baseUrl = emulator.url
  const port = () => Number(new URL(emulator.url).port)

  let context: BrowserContext | undefined
  async function openContext() {
    const opened = await browser.newContext()
    kept.defer(() => opened.close())
    return opened
  }

  const kept = cleanup.move()
  const uncaught: string[] = []
  const world: World = {
    uncaught,
    get emulator() {
      return emulator
    },
    rest,

    async restartEmulator() {
      const samePort = port()
      await emulator.close()
      emulator = await createEmulator({ media, ...options, port: samePort })
    },

    token(identity, { room, ttlSeconds = 3600 } = {}) {
      const { AccessToken } = twilio.jwt
      const token = new AccessToken(accountSid, apiKeySid, apiKeySecret, { identity, ttl: ttlSeconds })
      token.addGrant(new AccessToken.VideoGrant({ room }))
      return token.toJwt()
    },

    async openPage(wire) {
      const home = tabs ? (context ??= await openContext()) : await openContext()
      const page = await home.newPage()
      if (process.env.SDK_LOG) page.on('console', (message) => process.stderr.write(`${message.text()}\n`))
      page.on('pageerror', ({ message }) => uncaught.push(message))
      await page.addInitScript(installCamera, { isMoving })
      await page.addInitScript(installStage)
      await page.goto(site.url)
      const at = (address: string) => address.replace(/:\d+/, wire ? `:${wire.port}` : '$&')
      await page.evaluate(
        ([wsServer, wsServerInsights, level]) => {
          window.stage.defaults = { wsServer, wsServerInsights }
          window.Twilio.Video.Logger.getLogger('twilio-video').setLevel(level as 'silent')
        },
        [at(emulator.signalingUrl), at(emulator.insightsUrl), process.env.SDK_LOG || 'silent'],
      )
      return page
    },

    async createWire() {
      const wire = await createWire(port)
      kept.defer(() => wire.close())
      return wire
    },

    async join(identity, { page, wire, token, ...joinOptions } = {}) {
      const at = page ?? (await world.openPage(wire))
      return joinRoom(at, token ?? world.token(identity), identity, joinOptions)
    },

    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
  return world
}
