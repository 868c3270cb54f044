import { randomBytes } from 'node:crypto'
import type { Emulator } from '@roomkey/emulator'
import type { EmulatorMedia, IceServer, TwilioCredentials } from '../config/twilio.ts'

/** What opens the emulator inside, and the token that signs its status callbacks. */
export type EmbeddedCredentials = TwilioCredentials & { authToken: string }

/**
 * The account of the embedded emulator, made with the process, so that tokens can be minted before the emulator is
 * loaded and nobody else can sign one. `secret` in place of random ones is for tests.
 */
export function createEmbeddedCredentials(secret?: string): EmbeddedCredentials {
  return {
    accountSid: `AC${'0'.repeat(32)}`,
    apiKeySid: `SK${'0'.repeat(32)}`,
    apiKeySecret: secret ?? randomSecret(),
    authToken: secret ?? randomSecret(),
  }
}

function randomSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** The emulator inside the server's process, started by whoever needs it first. */
export type EmbeddedEmulator = {
  start(): Promise<Emulator>
  /** The running emulator, or `undefined` while nobody has needed it. */
  running(): Emulator | undefined
  close(): Promise<void>
}

export type EmbeddedEmulatorOptions = EmulatorMedia & {
  credentials: EmbeddedCredentials
  /** STUN and TURN servers for clients; none are needed on one network. */
  iceServers?: IceServer[] | undefined
  /** Where the rooms that callers make by connecting report what happens, as soon as it is known. */
  findStatusCallback: () => Promise<string | undefined>
}

export function createEmbeddedEmulator({
  credentials,
  iceServers,
  findStatusCallback,
  ...media
}: EmbeddedEmulatorOptions): EmbeddedEmulator {
  let starting: Promise<Emulator> | undefined
  let emulator: Emulator | undefined

  async function load(): Promise<Emulator> {
    const { createEmulator } = await import('@roomkey/emulator')
    const { accountSid, apiKeySid, apiKeySecret, authToken } = credentials
    const url = await findStatusCallback()
    return createEmulator({
      credentials: { accountSid, apiKeySid, apiKeySecret, authToken },
      // Nobody else on this machine is to let themselves into rooms, or to read who is there.
      controlPlane: false,
      ...media,
      ...(iceServers === undefined ? undefined : { iceServers }),
      ...(url === undefined ? undefined : { statusCallback: { url } }),
    })
  }

  return {
    async start() {
      starting ??= load()
      starting.catch(() => (starting = undefined))
      emulator = await starting
      return emulator
    },
    running: () => emulator,
    async close() {
      const started = await starting?.catch(() => undefined)
      await started?.close()
    },
  }
}
