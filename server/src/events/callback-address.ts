import type { Config } from '../config/config.ts'
import { RETRIES, STATUS_CALLBACK_PATH, type StatusCallback } from './status-callback.ts'

/**
 * Where what happens in rooms is reported: by Twilio at the public address, by the emulator inside at the address that
 * this server has on its own machine.
 */
export type CallbackAddress = {
  /** What a report must be signed for; `undefined` where nobody could prove that it comes from Twilio. */
  signed: () => StatusCallback | undefined
  /** The URL that a new room is created with; `undefined` as above. */
  url: () => string | undefined
  /** As `url`, once the address on this machine is known. */
  findUrl: () => Promise<string | undefined>
  /** The address on this machine, as `http://127.0.0.1:5000`, or a function that finds it. Not used on Twilio. */
  setLocalUrl: (url: string | undefined | (() => Promise<string>)) => void
}

/** @param embeddedAuthToken what the emulator inside signs with */
export function createCallbackAddress(
  { video, publicUrl }: Pick<Config, 'video' | 'publicUrl'>,
  embeddedAuthToken: string,
): CallbackAddress {
  const isEmbedded = video.kind === 'emulator'
  const tokens = isEmbedded ? [embeddedAuthToken] : [video.authToken, video.previousAuthToken]
  const authTokens = tokens.filter((token) => token !== undefined)
  let localUrl: string | undefined
  let openLocalUrl: (() => Promise<string>) | undefined

  function signed(): StatusCallback | undefined {
    const base = isEmbedded ? localUrl : publicUrl
    if (base === undefined || authTokens.length === 0) return undefined
    return { url: base + STATUS_CALLBACK_PATH, authTokens }
  }

  function url(): string | undefined {
    const callback = signed()
    return callback && callback.url + RETRIES
  }

  return {
    signed,
    url,
    async findUrl() {
      localUrl ??= await openLocalUrl?.()
      return url()
    },
    setLocalUrl(address) {
      if (typeof address === 'function') openLocalUrl = address
      else localUrl = address
    },
  }
}
