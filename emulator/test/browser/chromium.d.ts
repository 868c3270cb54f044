import { type Browser, type LaunchOptions } from 'playwright-core'
/**
 * Launches a Chromium that has a pretend camera and microphone, grants them to every page, and can make
 * WebRTC calls to itself without leaving the machine.
 *
 * The browser comes from npm on Linux x64 (unpacked once into node_modules/.cache); elsewhere an installed Chrome
 * is used. `CHROME_PATH` names another executable. Close it with `browser.close()`, or bind it with `await using`.
 *
 * @param args further command-line switches, such as `--host-resolver-rules=…`
 */
export declare function launchChromium(args?: readonly string[], options?: LaunchOptions): Promise<Browser>
