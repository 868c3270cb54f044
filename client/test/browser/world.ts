import { once } from 'node:events'
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { build, type Rolldown } from 'vite'
import { createRoomkeyClient, type RoomkeyClient } from '../../src/index.ts'
import type { UseRoomOptions } from '../../src/react/index.ts'
import { removeApis } from '../newer-apis.ts'
import { serveTeam } from '../team-server.ts'

export type PageOptions = {
  /** Newer APIs that are taken away first. */
  without?: string[]
  /** To the server. */
  way?: 'relative' | 'path' | 'own'
  /** Of a sign-in. */
  token?: string
  beside?: Page
}

export type World = AsyncDisposable & {
  /** A client of the same server, outside of the browser. */
  client: RoomkeyClient
  url: string
  /** Where the pages are. A call to this origin is redirected to the server, which takes calls from it. */
  origin: string
  /** Cuts every signalling connection, as a network loss would. */
  dropConnections(): void
  /** Connections that follow events, and are open. */
  streams(): number
  /** Breaks all connections to the server. */
  cutConnections(): void
  addBot(room: string, identity: string): Promise<void>
  /** A page with the hooks, in a browser context of its own or beside another page. */
  openPage(options?: PageOptions): Promise<Page>
  closePages(): Promise<void>
}

/** The hooks' page, bundled as an app would, beside a server with the emulator inside. */
export async function createWorld(browser: Browser, env: Record<string, string> = {}): Promise<World> {
  await using cleanup = new AsyncDisposableStack()
  const files = await bundle()
  const site = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://site').pathname
    const script = files.get(path.slice(1))
    if (path === '/') {
      response.setHeader('content-type', 'text/html')
      response.end('<!doctype html><title>Hooks</title><body><script type="module" src="/page.js"></script>')
    } else if (path.startsWith('/trpc/')) response.writeHead(302, { location: `${url}${request.url}` }).end()
    else if (path.startsWith('/api/')) passOn(request, response, `${url}${request.url?.slice('/api'.length)}`)
    else if (script === undefined) response.writeHead(404).end()
    else response.setHeader('content-type', 'text/javascript').end(script)
  })
  site.listen(0, '127.0.0.1')
  await once(site, 'listening')
  cleanup.defer(() => {
    site.close()
    site.closeAllConnections()
  })
  const origin = `http://127.0.0.1:${(site.address() as AddressInfo).port}`

  // Browsers of other tests may hold the machine up.
  const server = cleanup.use(await serveTeam({ CORS_ORIGINS: origin, ...env }))
  const { url, app } = server

  const kept = cleanup.move()
  return {
    client: createRoomkeyClient({ url }),
    url,
    origin,
    dropConnections: () => app.roomkey.embedded?.running()?.dropConnections(),
    streams: () => server.streams.size,
    cutConnections: () => app.server.closeAllConnections(),
    async addBot(room, identity) {
      await app.roomkey.embedded?.running()?.addBot({ room, identity })
    },
    async openPage({ without = [], way, token, beside } = {}) {
      const context = beside?.context() ?? (await browser.newContext())
      await context.addInitScript(removeApis as (paths: string[]) => void, without)
      const page = await context.newPage()
      page.on('pageerror', (error) => process.stderr.write(`uncaught in the page: ${error.stack ?? error.message}\n`))
      await page.goto(
        `${origin}/?${new URLSearchParams({ server: url, ...(way && { way }), ...(token && { token }) })}`,
      )
      await page.waitForFunction(() => window.stage.enter !== undefined)
      return page
    },
    async closePages() {
      await Promise.all(browser.contexts().map((context) => context.close()))
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** Turns devices on and joins a room; resolves once the page is in, or has been refused. */
export async function enter(page: Page, options: UseRoomOptions, devices: ('camera' | 'microphone')[] = []) {
  await page.evaluate(
    async ([roomOptions, names]) => {
      for (const name of names) await window.stage.media[name].start()
      window.stage.enter(roomOptions)
    },
    [options, devices] as const,
  )
  await page.waitForFunction(() => ['connected', 'ended'].includes(window.stage.call?.status ?? ''))
}

/** As a reverse proxy does that serves site and server under one origin; signalling goes to the server itself. */
function passOn(request: IncomingMessage, response: ServerResponse, url: string): void {
  const headers = { ...request.headers, host: new URL(url).host }
  const passed = send(url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(response)
  })
  passed.on('error', () => response.destroy())
  request.pipe(passed)
}

async function bundle(): Promise<Map<string, string>> {
  const result = (await build({
    configFile: false,
    logLevel: 'silent',
    // StrictMode runs effects twice in React's development build only.
    define: { 'process.env.NODE_ENV': '"development"' },
    root: fileURLToPath(new URL('.', import.meta.url)),
    build: {
      write: false,
      minify: false,
      rolldownOptions: {
        input: { page: fileURLToPath(new URL('page.tsx', import.meta.url)) },
        output: { entryFileNames: '[name].js', chunkFileNames: '[name].js' },
      },
    },
  })) as Rolldown.RolldownOutput
  return new Map(result.output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file.code]] : [])))
}
