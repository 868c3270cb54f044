import type { ConnectOptions } from '@roomkey/shared'
import type { Config } from '../config/config.ts'
import type { CallSource } from '../core/call-source.ts'

export const SIGNALING_PATH = '/emulator/signaling'
export const INSIGHTS_PATH = '/emulator/insights'

/** What a browser must pass to `connect()` to reach the signalling that belongs to its access token. */
export type FindConnectOptions = (source: CallSource) => ConnectOptions

/**
 * On Twilio, nothing. On the embedded emulator, where its signalling is: at the public address when there is one, else
 * at the address that was called; `wss` where the call came by `https`. On an emulator elsewhere, that one's address.
 */
export function createConnectOptions({ video, publicUrl }: Pick<Config, 'video' | 'publicUrl'>): FindConnectOptions {
  if (video.kind === 'twilio') {
    const { videoUrl } = video.credentials
    const options = videoUrl === undefined ? {} : toStandaloneOptions(videoUrl)
    return () => options
  }
  if (publicUrl === undefined) return createFinder()
  const options = toEmbeddedOptions(publicUrl)
  return () => options
}

// Nearly every call comes to the same address, and checking it takes a third as long as signing a token.
function createFinder(): FindConnectOptions {
  let last: (Pick<CallSource, 'host' | 'protocol'> & { options: ConnectOptions }) | undefined
  return ({ host, protocol }) => {
    if (last?.host !== host || last?.protocol !== protocol) {
      last = { host, protocol, options: findOptions(protocol, host) }
    }
    return last.options
  }
}

function findOptions(protocol: string, host: string | undefined): ConnectOptions {
  const origin = `${protocol}://${host}`
  return host !== undefined && HOST.test(host) && URL.canParse(origin) ? toEmbeddedOptions(origin) : {}
}

// `Host` is whatever the caller sent: only a plain name or address with an optional port becomes part of a URL.
const HOST = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i

function toEmbeddedOptions(baseUrl: string): ConnectOptions {
  const socketBase = toSocketBase(baseUrl)
  return { wsServer: `${socketBase}${SIGNALING_PATH}`, wsServerInsights: `${socketBase}${INSIGHTS_PATH}` }
}

function toStandaloneOptions(videoUrl: string): ConnectOptions {
  const socketBase = toSocketBase(videoUrl)
  return { wsServer: `${socketBase}/signaling`, wsServerInsights: `${socketBase}/v1/VideoEvents` }
}

function toSocketBase(url: string): string {
  return url.replace(/^http/, 'ws').replace(/\/+$/, '')
}
