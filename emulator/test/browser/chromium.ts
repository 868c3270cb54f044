import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium, type Browser, type LaunchOptions } from 'playwright-core'

/**
 * Launches a Chromium that has a pretend camera and microphone, grants them to every page, and can make
 * WebRTC calls to itself without leaving the machine.
 *
 * The browser comes from npm on Linux x64 (unpacked once into node_modules/.cache); elsewhere an installed Chrome
 * is used. `CHROME_PATH` names another executable. Close it with `browser.close()`, or bind it with `await using`.
 *
 * @param args further command-line switches, such as `--host-resolver-rules=…`
 */
export async function launchChromium(args: readonly string[] = [], options: LaunchOptions = {}): Promise<Browser> {
  const program = await findChromium()
  const browser = await chromium.launch({
    ...(program.executablePath ? { executablePath: program.executablePath } : { channel: 'chrome' }),
    env: { ...process.env, ...program.env },
    ...options,
    args: [...callArgs, ...args],
  })
  // Calls and other tests may hold the machine up: what is waited for comes, but late.
  browser.on('context', (context) => context.setDefaultTimeout(60_000))
  return browser
}

const callArgs = [
  '--use-fake-ui-for-media-stream',
  // Few frames: two cores carry every browser of a run.
  '--use-fake-device-for-media-stream=fps=10',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
  '--disable-features=WebRtcHideLocalIpsWithMdns',
  // Pages behind another tab must go on with their timers and frames.
  '--disable-background-timer-throttling',
  '--disable-backgrounding-occluded-windows',
  '--disable-renderer-backgrounding',
  '--no-sandbox',
  '--disable-gpu',
]

type Program = { executablePath?: string; env?: Record<string, string> }

async function findChromium(): Promise<Program> {
  const { CHROME_PATH } = process.env
  if (CHROME_PATH) return { executablePath: CHROME_PATH }
  if (process.platform !== 'linux' || process.arch !== 'x64') return {}
  const folder = await unpackChromium()
  // Machines without fonts of their own get the package's.
  const env = existsSync('/etc/fonts/fonts.conf') ? undefined : { FONTCONFIG_PATH: `${folder}/fonts` }
  return { executablePath: `${folder}/chromium`, env }
}

/** Unpacks beside the final place and moves the result there in one step, so that test files may race. */
async function unpackChromium(): Promise<string> {
  const packageFile = new URL('../../node_modules/@sparticuz/chromium/package.json', import.meta.url)
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string }
  const cache = fileURLToPath(new URL('../../node_modules/.cache', import.meta.url))
  const folder = `${cache}/chromium-${version}`
  if (existsSync(folder)) return folder

  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(`${folder}-`)
  try {
    const script = `const { default: chromium } = await import('@sparticuz/chromium'); await chromium.executablePath()`
    const cwd = fileURLToPath(new URL('.', import.meta.url))
    // The package unpacks into the folder for temporary files.
    const env = { ...process.env, TMPDIR: staging }
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], { cwd, env })
    await rename(staging, folder)
  } catch (error) {
    await rm(staging, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
  return folder
}
