import { parseArgs } from 'node:util'
import manifest from '../../package.json' with { type: 'json' }
import { EnvFileError } from './env-file.ts'
import { readEnvironment, type Environment } from './environment.ts'

const USAGE = `Usage: roomkey [--help] [--version]
       roomkey keys create <name>
       roomkey audit [--room <sid>] [--limit <1-1000>] [--json]
       roomkey doctor [--json]

Serves Roomkey: typed video rooms on Twilio, or on the emulator inside when no Twilio credentials are set.
keys makes an API key for a backend of yours, audit prints who did what, doctor looks at what the server needs.
Everything is set by environment variables, or in a .env file in the current directory.
docs/configuration.md lists them; these are the ones to start with:

  PORT                  where to listen                                  5000
  HOST                  on which address                                 127.0.0.1
  TWILIO_ACCOUNT_SID    AC…, with the next two: use Twilio               the emulator
  TWILIO_API_KEY        SK…, a standard API key made in US1
  TWILIO_API_SECRET     its secret
  PUBLIC_URL            the server's address as browsers see it          the one they call
  CORS_ORIGINS          origins whose pages may call, comma-separated    http://localhost:3000, :5173
  LOG_LEVEL             fatal, error, warn, info, debug, trace, silent   info`

/** What the command does besides serving. Each is loaded late, as serving is, so that --help waits for none. */
const COMMANDS: Readonly<Record<string, () => Promise<{ run(args: string[]): number | Promise<number> }>>> = {
  keys: () => import('./keys.ts'),
  audit: () => import('./audit.ts'),
  doctor: () => import('./doctor.ts'),
}

await main()

async function main(): Promise<void> {
  const [name = '', ...args] = process.argv.slice(2)
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined
  if (command !== undefined) {
    process.exitCode = await (await command()).run(args)
    return
  }
  const options = readArguments()
  if (options === undefined) return
  if (options.help) return console.log(USAGE)
  if (options.version) return console.log(manifest.version)
  const environment = readOrFail()
  if (environment === undefined) return
  const { serve } = await import('./serve.ts')
  const problem = await serve(environment)
  if (problem !== undefined) fail(problem)
}

function readOrFail(): Environment | undefined {
  try {
    return readEnvironment()
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error
    fail(`Roomkey cannot start: ${error.message}`)
    return undefined
  }
}

function readArguments(): { help?: boolean; version?: boolean } | undefined {
  try {
    return parseArgs({ options: { help: { type: 'boolean', short: 'h' }, version: { type: 'boolean', short: 'v' } } })
      .values
  } catch (error) {
    fail(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`)
    return undefined
  }
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
