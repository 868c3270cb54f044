import type { Emulator } from '@roomkey/emulator'
import type { IceServer, TwilioCredentials } from '../config/twilio.ts'

/**
 * The account of the embedded emulator: fixed, well known and worthless anywhere else, so that tokens can be
 * minted before the emulator is loaded.
 */
export const EMBEDDED_CREDENTIALS = {
  accountSid: 'AC00000000000000000000000000000000',
  apiKeySid: 'SK00000000000000000000000000000000',
  apiKeySecret: 'not-a-secret-the-embedded-emulator',
  authToken: 'not-a-secret-the-embedded-emulator',
} as const satisfies TwilioCredentials & { authToken: string }

/** The emulator inside the server's process, started by whoever needs it first. */
export type EmbeddedEmulator = {
  start(): Promise<Emulator>
  /** The running emulator, or `undefined` while nobody has needed it. */
  running(): Emulator | undefined
  close(): Promise<void>
}

export type EmbeddedEmulatorOptions = {
  /** STUN and TURN servers for clients; none are needed on one network. */
  iceServers?: IceServer[] | undefined
  /** Where the rooms that callers make by connecting report what happens, as soon as it is known. */
  findStatusCallback: () => string | undefined
}

export function createEmbeddedEmulator({ iceServers, findStatusCallback }: EmbeddedEmulatorOptions): EmbeddedEmulator {
  let starting: Promise<Emulator> | undefined
  let emulator: Emulator | undefined

  async function load(): Promise<Emulator> {
    const { createEmulator } = await import('@roomkey/emulator')
    const { accountSid, apiKeySid, apiKeySecret, authToken } = EMBEDDED_CREDENTIALS
    const url = findStatusCallback()
    return createEmulator({
      credentials: { accountSid, apiKeySid, apiKeySecret, authToken },
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
