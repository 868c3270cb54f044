import type { FastifyInstance } from 'fastify'
import { buildApp } from '../hosts/app.ts'
import { ConfigError, findMisspelled, parseConfig } from '../config/config.ts'
import type { Config } from '../config/config.ts'
import { isLoopback } from '../config/deployment.ts'
import { formatBanner } from './banner.ts'
import type { Environment } from './environment.ts'
import { useGlobalProxy } from './global-proxy.ts'
import { findNeighbor } from './neighbor.ts'
import { createStandardOutput } from './standard-output.ts'
import { StoreUnavailable } from '../store/store.ts'

/** How long requests in flight may take to finish once the process is told to stop. */
const CLOSE_DEADLINE_MS = 25_000

/**
 * Starts the server that the environment asks for, and stops it when the process is told to.
 * @returns why it could not start, in words a person can act on; `undefined` when it runs.
 */
export async function serve(environment: Environment): Promise<string | undefined> {
  try {
    const config = parseConfig(environment)
    const withoutProxy = useGlobalProxy(config.proxy)
    const app = buildApp(config, { logStream: createStandardOutput() })
    if (withoutProxy !== undefined) app.log.warn(withoutProxy)
    for (const { name, meant } of findMisspelled(environment)) app.log.warn(`${name} is not read: is ${meant} meant?`)
    closeOnSignals(app)
    return await listen(app, config)
  } catch (error) {
    if (error instanceof ConfigError) return `Roomkey cannot start.\n${error.message}`
    throw error
  }
}

async function listen(app: FastifyInstance, config: Config): Promise<string | undefined> {
  try {
    const url = await app.listen({ port: config.port, host: config.host })
    if (config.video.kind === 'emulator') {
      process.stdout.write(formatBanner(url, { isLocal: isLoopback(config.host), isOpen: config.access.open }))
    }
    if (await findNeighbor(url)) app.log.warn(SHADOWED)
    setTimeout(() => void app.roomkey.tryCredentials(), FIRST_CALLS_MS).unref()
    return undefined
  } catch (error) {
    await app.close()
    const reason = explain(error, config)
    if (reason === undefined) throw error
    return `Roomkey cannot start: ${reason}`
  }
}

/** The credentials are tried this late, so that loading Twilio's SDK does not hold up the first requests. */
const FIRST_CALLS_MS = 500

// On a Mac, AirPlay does so with port 5000.
const SHADOWED =
  'another program listens on the same port of [::1]: a browser that takes localhost for that reaches it instead. ' +
  'Use 127.0.0.1 in the address, or set PORT'

function explain(error: unknown, { host, port }: Config): string | undefined {
  if (error instanceof StoreUnavailable) return error.message
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return `port ${port} is in use. Stop what uses it (on a Mac, AirPlay uses 5000), or set PORT.`
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return `it may not listen on ${host}, port ${port} (${code}). Set HOST or PORT.`
  }
  return undefined
}

/**
 * npm tells the server of a signal that a terminal has told both of: so soon after the first, under npm, it is the
 * same one.
 */
const ECHO_MS = 500

// The first signal lets requests in flight finish; the second does not wait.
function closeOnSignals(app: FastifyInstance): void {
  const isRunByNpm = process.env['npm_lifecycle_event'] !== undefined
  let closingSince: number | undefined

  const close = async (signal: NodeJS.Signals): Promise<void> => {
    if (closingSince !== undefined) {
      if (!isRunByNpm || performance.now() - closingSince > ECHO_MS) endBySignal(signal)
      return
    }
    // Nothing is in flight yet, and what the start waits for may take its time.
    if (!app.server.listening) endBySignal(signal)
    closingSince = performance.now()
    app.log.info({ signal }, 'closing; requests in flight may finish')
    setTimeout(() => {
      app.log.error('requests did not finish in time')
      endBySignal(signal)
    }, CLOSE_DEADLINE_MS).unref()
    try {
      await app.close()
      app.log.info('closed')
      process.exitCode = 0
    } catch (error) {
      app.log.error({ err: error }, 'closing failed')
      process.exitCode = 1
    }
    // From here on a signal ends the process by itself: leaving may have to wait for what its threads are at, such as
    // a name server that does not answer.
    restoreSignals()
    process.exit()
  }
  for (const signal of SIGNALS) process.on(signal, (name) => void close(name))
}

const SIGNALS = ['SIGTERM', 'SIGINT'] as const

/** Ends the process as if nobody had listened to the signal: at once, whatever its threads are at. */
function endBySignal(signal: NodeJS.Signals): void {
  restoreSignals()
  process.kill(process.pid, signal)
  // The first process of a container is not ended by a signal of its own.
  process.exit(1)
}

function restoreSignals(): void {
  for (const signal of SIGNALS) process.removeAllListeners(signal)
}
