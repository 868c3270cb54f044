import { existsSync } from 'node:fs'
import { loadEnvFile } from 'node:process'
import { parseArgs } from 'node:util'
import type { FastifyInstance } from 'fastify'
import manifest from '../package.json' with { type: 'json' }
import { buildApp } from './app.ts'
import { ConfigError, parseConfig } from './config.ts'
import type { Config } from './config.ts'
import { formatBanner } from './http/banner.ts'
import { StoreUnavailable } from './store/store.ts'

const USAGE = `Usage: node server/src/main.ts [--help] [--version]

Serves Roomkey: typed video rooms on Twilio, or on the emulator inside when no Twilio credentials are set.
Everything is set by environment variables, or in a .env file in the current directory.
docs/configuration.md lists them; these are the ones to start with:

  PORT                  where to listen                                  5000
  HOST                  on which address                                 127.0.0.1
  TWILIO_ACCOUNT_SID    AC…, with the next two: use Twilio               the emulator
  TWILIO_API_KEY        SK…, a standard API key made in US1
  TWILIO_API_SECRET     its secret
  PUBLIC_URL            the server's address as browsers see it          the one they call
  CORS_ORIGINS          origins whose pages may call, comma-separated    http://localhost:3000,http://localhost:5173
  LOG_LEVEL             fatal, error, warn, info, debug, trace, silent   info`

/** How long requests in flight may take to finish once the process is told to stop. */
const CLOSE_DEADLINE_MS = 25_000

await main()

async function main(): Promise<void> {
  const options = readArguments()
  if (options === undefined) return
  if (options.help) return console.log(USAGE)
  if (options.version) return console.log(manifest.version)
  const config = readConfig()
  if (config === undefined) return
  const app = buildApp(config)
  closeOnSignals(app)
  await listen(app, config)
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

function readConfig(): Config | undefined {
  try {
    // What the shell sets wins over the file.
    if (existsSync('.env')) loadEnvFile('.env')
    return parseConfig(process.env)
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    fail(`Roomkey cannot start.\n${error.message}`)
    return undefined
  }
}

async function listen(app: FastifyInstance, config: Config): Promise<void> {
  try {
    const url = await app.listen({ port: config.port, host: config.host })
    if (config.video.kind === 'emulator') console.log(formatBanner(url))
  } catch (error) {
    await app.close()
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EADDRINUSE') {
      fail(
        `Roomkey cannot start: port ${config.port} is in use. Stop what uses it (on a Mac, AirPlay uses 5000), or set PORT.`,
      )
    } else if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
      fail(
        `Roomkey cannot start: it may not listen on ${config.host}, port ${config.port} (${code}). Set HOST or PORT.`,
      )
    } else if (error instanceof StoreUnavailable) fail(`Roomkey cannot start. ${error.message}`)
    else throw error
  }
}

// The first signal lets requests in flight finish; the second does not wait.
function closeOnSignals(app: FastifyInstance): void {
  let closing = false
  const close = async (signal: NodeJS.Signals): Promise<void> => {
    if (closing) process.exit(1)
    closing = true
    app.log.info({ signal }, 'closing; requests in flight may finish')
    setTimeout(() => {
      app.log.error('requests did not finish in time')
      process.exit(1)
    }, CLOSE_DEADLINE_MS).unref()
    await app.close()
    app.log.info('closed')
    process.exit(0)
  }
  process.on('SIGTERM', (signal) => void close(signal))
  process.on('SIGINT', (signal) => void close(signal))
}

function fail(message: string): void {
  console.error(message)
  process.exitCode = 1
}
