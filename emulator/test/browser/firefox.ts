import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { WebSocket } from 'ws'

/** One page of a Firefox. */
export type FirefoxPage = {
  /** Calls a function in the page; what goes in and comes out is JSON. */
  evaluate<TArgument, TResult>(
    body: (argument: TArgument) => TResult | Promise<TResult>,
    argument: TArgument,
  ): Promise<TResult>
}

export type Firefox = AsyncDisposable & { openPage(url: string): Promise<FirefoxPage> }

const names = ['firefox', 'firefox-esr']

/** Where this machine's own Firefox is, or `FIREFOX_PATH`; `undefined` where there is none. */
export function findFirefox(): string | undefined {
  const { FIREFOX_PATH, PATH = '' } = process.env
  const places = PATH.split(delimiter).flatMap((folder) => names.map((name) => join(folder, name)))
  return [FIREFOX_PATH ?? '', ...places].find((file) => file !== '' && existsSync(file))
}

/** A camera and a microphone that pretend, for every page, and calls that do not leave the machine. */
const preferences = {
  'media.navigator.streams.fake': true,
  'media.navigator.permission.disabled': true,
  'media.peerconnection.ice.loopback': true,
  'media.peerconnection.ice.obfuscate_host_addresses': false,
  'media.autoplay.default': 0,
  'datareporting.policy.dataSubmissionEnabled': false,
  'app.normandy.enabled': false,
  'network.captive-portal-service.enabled': false,
  'network.connectivity-service.enabled': false,
}

/** Starts a Firefox with a profile of its own. Playwright drives none but those that it has built itself. */
export async function launchFirefox(executable: string): Promise<Firefox> {
  await using cleanup = new AsyncDisposableStack()
  const profile = await mkdtemp(join(tmpdir(), 'roomkey-firefox-'))
  cleanup.defer(() => rm(profile, { recursive: true, force: true, maxRetries: 5 }))
  const lines = Object.entries(preferences).map(([name, value]) => `user_pref("${name}", ${value});`)
  await writeFile(join(profile, 'user.js'), lines.join('\n'))
  const args = ['--headless', '--no-remote', '--profile', profile, '--remote-debugging-port', '0']
  const firefox = spawn(executable, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  cleanup.defer(async () => {
    if (firefox.exitCode !== null || !firefox.kill()) return
    await once(firefox, 'exit')
  })
  const socket = new WebSocket(`${await readAddress(firefox.stderr)}/session`)
  cleanup.defer(() => socket.terminate())
  await once(socket, 'open')
  const send = createBidi(socket)
  await send('session.new', { capabilities: {} })

  const kept = cleanup.move()
  return {
    async openPage(url) {
      const { context } = await send('browsingContext.create', { type: 'tab' })
      await send('browsingContext.navigate', { context, url, wait: 'complete' })
      return {
        async evaluate(body, argument) {
          const { type, result, exceptionDetails } = await send('script.callFunction', {
            functionDeclaration: `async (json) => JSON.stringify(await (${String(body)})(JSON.parse(json)))`,
            arguments: [{ type: 'string', value: JSON.stringify(argument) }],
            target: { context },
            awaitPromise: true,
            userActivation: true,
          })
          if (type !== 'success') throw new Error(`in the page: ${exceptionDetails?.text}`)
          return result?.value === undefined ? undefined : JSON.parse(result.value)
        },
      }
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

async function readAddress(output: NodeJS.ReadableStream): Promise<string> {
  for await (const line of createInterface(output)) {
    const address = /WebDriver BiDi listening on (\S+)/.exec(line)?.[1]
    if (address) {
      output.resume()
      return address
    }
  }
  throw new Error('Firefox ended before it could be driven')
}

type BidiResult = {
  context?: string
  type?: string
  result?: { value?: string }
  exceptionDetails?: { text: string }
}

/** Commands of WebDriver BiDi over a socket. Source: https://www.w3.org/TR/webdriver-bidi/ */
function createBidi(socket: WebSocket) {
  const pending = new Map<number, (answer: { error?: string; message?: string; result?: BidiResult }) => void>()
  let id = 0
  socket.on('message', (data: Buffer) => {
    const answer = JSON.parse(data.toString())
    pending.get(answer.id)?.(answer)
    pending.delete(answer.id)
  })
  return async (method: string, params: object): Promise<BidiResult> => {
    const { promise, resolve } = Promise.withResolvers<Parameters<NonNullable<ReturnType<typeof pending.get>>>[0]>()
    pending.set(++id, resolve)
    socket.send(JSON.stringify({ id, method, params }))
    const { error, message, result } = await promise
    if (error) throw new Error(`${method}: ${error}: ${message}`)
    return result ?? {}
  }
}
