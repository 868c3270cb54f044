import { parseArgs } from 'node:util'
import type { EmulatorOptions } from './emulator.ts'
import { TWILIO_QUOTA } from './rest/quota.ts'
import { parseSettings, SETTINGS, SettingsError, type Setting, type SettingName } from './settings.ts'

/** What is asked of the command: an emulator, or only its help. */
export type Command = { kind: 'serve'; options: EmulatorOptions } | { kind: 'help' }

const ENTRIES = Object.entries(SETTINGS) as [SettingName, Setting][]

/**
 * Reads arguments and environment; an argument outweighs its variable, and an empty variable is none.
 * @throws SettingsError with every error at once
 */
export function parseCommandLine(args: string[], env: Record<string, string | undefined>): Command {
  const given = parseFlags(args)
  if (given.help) return { kind: 'help' }
  const values = ENTRIES.map(([name, setting]): [SettingName, string | undefined] => {
    const argument = given[setting.flag]
    return [name, argument === undefined ? env[setting.env] || undefined : String(argument)]
  })
  const settings = parseSettings(Object.fromEntries(values.filter(([, value]) => value !== undefined)))

  const { host, port = 8080, tlsCert, tlsKey, accountSid, authToken, apiKeySid, apiKeySecret } = settings
  const credentials = Object.entries({ accountSid, authToken, apiKeySid, apiKeySecret })
  return {
    kind: 'serve',
    options: {
      host,
      allowedHosts: settings.allowedHosts,
      port,
      tls: tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : undefined,
      credentials: Object.fromEntries(credentials.filter(([, value]) => value !== undefined)),
      adHocRooms: !settings.noAdHocRooms,
      largeRooms: settings.largeRooms,
      quota: settings.quota ? TWILIO_QUOTA : undefined,
      iceServers: settings.iceServers,
      turn: settings.turn,
      media: settings.media,
      mediaPorts: settings.mediaPorts,
      mediaAddress: settings.mediaAddress,
      sessionTimeoutSeconds: settings.sessionTimeout,
      statusCallback: settings.statusCallback
        ? { url: settings.statusCallback, method: settings.statusCallbackMethod }
        : undefined,
    },
  }
}

/** The help: each setting with its variable. */
export function formatHelp(): string {
  const rows = ENTRIES.map(([, { flag, value, env, help }]): [string, string] => [
    `--${flag}${value === undefined ? '' : ` ${value}`}`,
    `${help} [${env}]`,
  ])
  const width = Math.max(...rows.map(([option]) => option.length))
  const lines = rows.map(([option, help]) => `  ${option.padEnd(width)}  ${help}`)
  return [
    'Twilio Video on your machine: its REST API, its signalling, its media server, its status callbacks.',
    '',
    'Usage: roomkey-emulator [options]',
    '',
    'Options, each with the environment variable that sets it as well:',
    ...lines,
    `  ${'--help'.padEnd(width)}  print this`,
    '',
    'A switch is set by the value true in its variable.',
  ].join('\n')
}

function parseFlags(args: string[]): Record<string, string | boolean | undefined> {
  const flags = ENTRIES.map(
    ([, { flag, value }]) => [flag, { type: value === undefined ? 'boolean' : 'string' }] as const,
  )
  try {
    return parseArgs({ args, options: { help: { type: 'boolean', short: 'h' }, ...Object.fromEntries(flags) } }).values
  } catch (error) {
    throw new SettingsError([error instanceof Error ? error.message : String(error)])
  }
}
