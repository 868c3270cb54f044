import { parseArgs } from 'node:util'
import { readConfiguration } from './doctor/configuration.ts'
import { examine, type Examination } from './doctor/examine.ts'
import { warning } from './doctor/finding.ts'
import { readEnvironment } from './environment.ts'
import { useGlobalProxy } from './global-proxy.ts'

const USAGE = `Usage: roomkey doctor [--own-sign-in] [--json] [--help], or in a checkout npm run doctor -- …

Looks at everything that the server configured here needs, and says what to do: port, Twilio's credentials and auth token, clock,
PUBLIC_URL and its certificate, status callbacks, the sign-in's keys, the database. Changes nothing.
Run it beside the running server to have PUBLIC_URL and status callbacks tried as well.
Exit code 1 if anything fails; warnings leave it 0.

  --own-sign-in  callers are known by an authenticate of yours, so that the environment need not say how
  --json         { ok, checks: [{ name, status: ok | warning | failed, message }] }
`

if (import.meta.main) process.exitCode = await run(process.argv.slice(2))

/** Prints what the doctor finds. Gives the exit code. */
export async function run(args: string[]): Promise<number> {
  const { output, exitCode } = await runDoctor(args)
  process.stdout.write(output)
  return exitCode
}

/** Examines the server that is configured here. Reads the environment, and sends `fetch` through its proxy. */
async function runDoctor(args: string[]): Promise<{ output: string; exitCode: 0 | 1 }> {
  const options = readOptions(args)
  if (options === undefined) return { output: USAGE, exitCode: 1 }
  if (options.help) return { output: USAGE, exitCode: 0 }
  const { config, finding } = readConfiguration(readEnvironment, { hasSignIn: options['own-sign-in'] })
  const withoutProxy = useGlobalProxy(config?.proxy)
  const found: Examination[] = [
    { name: 'configuration', ...finding },
    ...(withoutProxy === undefined ? [] : [{ name: 'proxy', ...warning(withoutProxy) }]),
    ...(config === undefined ? [] : await examine(config)),
  ]
  const ok = found.every(({ status }) => status !== 'failed')
  const output = options.json ? `${JSON.stringify({ ok, checks: found }, undefined, 2)}\n` : formatReport(found)
  return { output, exitCode: ok ? 0 : 1 }
}

function readOptions(args: string[]): { json: boolean; help: boolean; 'own-sign-in': boolean } | undefined {
  try {
    const flag = { type: 'boolean', default: false } as const
    return parseArgs({ args, options: { json: flag, 'own-sign-in': flag, help: { ...flag, short: 'h' } } }).values
  } catch {
    return undefined
  }
}

function formatReport(found: readonly Examination[]): string {
  const lines = found.map(({ name, status, message }) => `${status.padEnd(8)} ${name.padEnd(16)} ${message}\n`)
  const count = (status: Examination['status']) => found.filter((one) => one.status === status).length
  return `${lines.join('')}\nok: ${count('ok')}, warnings: ${count('warning')}, failed: ${count('failed')}\n`
}
