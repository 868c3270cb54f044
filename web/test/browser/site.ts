import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildApp, parseConfig } from '@roomkey/server'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import type { PathProxy } from '../../../server/test/path-proxy.ts'

/** The built page, served by a real server with its embedded emulator. */
export type Site = AsyncDisposable & {
  url: string
  emulator: NonNullable<ReturnType<Emulators['running']>>
  /** A person with a browser of their own. */
  visit(options?: VisitOptions): Promise<Person>
}

type App = ReturnType<typeof buildApp>
type Emulators = NonNullable<App['roomkey']['embedded']>

export type VisitOptions = Omit<BrowserContextOptions, 'permissions'> & {
  path?: string
  /** Where this person reaches the site; its own address by default. */
  by?: string
  /** Remembered from an earlier visit. */
  name?: string
  /** Whether their browser asks before it does what needs permission; by default they have granted all for good. */
  isAsked?: boolean
  /** Each runs in the page before its own scripts, and is given `given`. */
  before?: ((given: never) => void)[]
  given?: unknown
}

export type Person = {
  page: Page
  /** What went wrong in the page, policy violations included. */
  problems: string[]
}

const BUILT_PAGE = fileURLToPath(new URL('../../dist/index.html', import.meta.url))

/** Opens a site on a free port. `environment` is the server's, as in `npm start`; a `proxy` is where it is reached. */
export async function openSite(
  browser: Browser,
  environment: Record<string, string> = {},
  proxy?: PathProxy,
): Promise<Site> {
  if (!existsSync(BUILT_PAGE)) throw new Error('the page is not built: npm run build in web/, or npm test in the root')
  await using cleanup = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'roomkey-web-'))
  cleanup.defer(() => rm(folder, { recursive: true, force: true }))
  const app = buildApp(parseConfig({ DATA_DIR: folder, LOG_LEVEL: 'silent', PUBLIC_URL: proxy?.url, ...environment }))
  cleanup.defer(() => app.close())
  const address = await app.listen({ port: 0, host: '127.0.0.1' })
  proxy?.leadTo(address)
  const url = proxy?.url ?? address
  const kept = cleanup.move()

  return {
    url,
    get emulator() {
      const running = app.roomkey.embedded?.running()
      if (running === undefined) throw new Error('nobody has needed the emulator yet')
      return running
    },
    async visit({ path = '/', by = url, name, isAsked = false, before = [], given, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options })
      kept.defer(() => context.close())
      // Granting some denies the rest.
      if (!isAsked) {
        await context.grantPermissions(['camera', 'microphone', 'clipboard-read', 'clipboard-write'], { origin: by })
      }
      if (name !== undefined) {
        await context.addInitScript((remembered) => localStorage.setItem('roomkey.name', remembered), name)
      }
      for (const script of before) await context.addInitScript(script as (given: unknown) => void, given)
      const page = await context.newPage()
      const problems: string[] = []
      page.on('pageerror', (error) => problems.push(String(error)))
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(`${message.text()} ${message.location().url}`.trimEnd())
      })
      await page.goto(by + path)
      return { page, problems }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
