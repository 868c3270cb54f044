#!/usr/bin/env node
import { isLocal } from './allowed-hosts.ts'
import { closeOnSignals } from './close-on-signals.ts'
import { formatHelp, parseCommandLine } from './command-line.ts'
import { DEFAULT_CREDENTIALS } from './credentials.ts'
import type { Emulator, EmulatorOptions } from './emulator.ts'
import { SettingsError } from './settings.ts'
import { localAddresses } from './signaling/forwarding/local-addresses.ts'

/** Said where other machines reach it: what its well-known credentials open, and what stays shut. */
const REACHABLE = `  Whoever reaches this address may make rooms, join them and hear them: the credentials above are known to all.
  The control plane at /_emulator is for this machine only.
`

/** What may wait for a reader of the warnings. */
const MAX_UNREAD_BYTES = 1024 * 1024

try {
  const command = parseCommandLine(process.argv.slice(2), process.env)
  if (command.kind === 'help') console.log(formatHelp())
  else await serve(command.options)
} catch (error) {
  process.exitCode = 1
  console.error(describeError(error))
}

async function serve(options: EmulatorOptions): Promise<void> {
  // Who has stopped reading costs warnings, not memory.
  const warn = ({ message }: Error): void => {
    if (process.stderr.writableLength < MAX_UNREAD_BYTES) console.error(message)
  }
  // Only now: help and errors need none of it.
  const { createEmulator } = await import('./emulator.ts')
  const emulator = await createEmulator({ ...options, warn })
  // Before the banner: whoever reads that may end the process at once.
  closeOnSignals(() => emulator.close())
  console.log(describe(emulator, options))
  if (options.host !== undefined && !isLocal(options.host)) console.log(REACHABLE)
}

function describe(emulator: Emulator, options: EmulatorOptions): string {
  const { url, signalingUrl, insightsUrl, credentials } = emulator
  // Credentials that were brought along may be real ones and are not repeated.
  const show = (name: keyof typeof credentials): string =>
    credentials[name] === DEFAULT_CREDENTIALS[name] ? credentials[name] : '(as given)'
  return `Twilio Video emulator listening on ${url}

  TWILIO_ACCOUNT_SID=${credentials.accountSid}
  TWILIO_AUTH_TOKEN=${show('authToken')}
  TWILIO_API_KEY=${credentials.apiKeySid}
  TWILIO_API_SECRET=${show('apiKeySecret')}

  Server SDK    client.video.baseUrl = '${url}'
  twilio-video  connect(token, { wsServer: '${signalingUrl}', wsServerInsights: '${insightsUrl}' })
  Media         ${describeMedia(emulator, options)}
`
}

/** Where browsers will look for the media of group rooms. */
function describeMedia({ mediaPort }: Emulator, { media, mediaAddress }: EmulatorOptions): string {
  if (media === 'mesh') return 'from browser to browser'
  const port = mediaPort === null ? 'a free port' : `port ${mediaPort}`
  return `UDP, ${port}, at ${mediaAddress ?? localAddresses().join(', ')}`
}

function describeError(error: unknown): string {
  if (error instanceof SettingsError) return `${error.message}\nSee --help.`
  if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE' && 'port' in error) {
    return `Port ${String(error.port)} is in use. Stop what uses it, or choose another with --port.`
  }
  return error instanceof Error ? error.message : String(error)
}
