/**
 * Runs what a Twilio integration suite would check against the emulator, with the unmodified `twilio-video` in
 * Chromium, and prints a table: `node emulator/test/scenarios/main.ts [words that the name or topic must contain]`.
 */
import { launchChromium } from '../browser/chromium.ts'
import { createWorld } from '../browser/world.ts'
import { scenarios } from './all.ts'
import { runScenario } from './scenario.ts'

const words = process.argv.slice(2).join(' ').toLowerCase()
const browser = await launchChromium()
let passed = 0
let failed = 0

for (const [topic, list] of Object.entries(scenarios)) {
  for (const scenario of list) {
    const { name, options } = scenario
    if (!`${topic} ${name}`.toLowerCase().includes(words)) continue
    const start = performance.now()
    const error = await attempt(async () => {
      await using world = await createWorld(browser, options)
      await runScenario(scenario, world)
    })
    const ms = String(Math.round(performance.now() - start)).padStart(6)
    console.log(`${error ? 'FAILED' : 'ok    '} ${ms} ms  ${topic.padEnd(12)}  ${name}`)
    if (error) {
      failed += 1
      console.log(`${' '.repeat(18)}${error.message.replaceAll('\n', `\n${' '.repeat(18)}`)}`)
    } else passed += 1
  }
}

await browser.close()
console.log(`${passed} hold, ${failed} do not`)
process.exitCode = failed === 0 && passed > 0 ? 0 : 1

async function attempt(work: () => Promise<void>): Promise<Error | undefined> {
  const deadline = AbortSignal.timeout(120_000)
  try {
    const late = new Promise<never>((_resolve, reject) => {
      deadline.addEventListener('abort', () => reject(new Error('not done within two minutes')))
    })
    await Promise.race([work(), late])
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error))
  }
}
