import type { ConnectOptions } from '@roomkey/shared'
import type { Config } from '../config/config.ts'
import { isLocalHost } from '../config/deployment.ts'
import type { CallSource } from '../core/call-source.ts'
import { VideoError } from '../core/video-error.ts'
import type { EmbeddedEmulator } from './emulator.ts'

export const SIGNALING_PATH = '/emulator/signaling'
export const INSIGHTS_PATH = '/emulator/insights'

/** What a browser must pass to `connect()` to reach the signalling that belongs to its access token. */
export type FindConnectOptions = (source: CallSource) => ConnectOptions | Promise<ConnectOptions>

/** The emulator inside, and whether the server's own port carries its WebSockets. */
export type CarriedEmulator = Pick<EmbeddedEmulator, 'start'> & { isServed: () => boolean }

/**
 * On Twilio, nothing. On the embedded emulator, where its signalling is: at the public address when there is one, else
 * at the address that was called; `wss` where the call came by `https`. Where the server's port does not carry it, callers
 * on this machine reach the emulator's own. On an emulator elsewhere, that one's address.
 */
export function createConnectOptions(
  { video, publicUrl }: Pick<Config, 'video' | 'publicUrl'>,
  emulator: CarriedEmulator | undefined,
): FindConnectOptions {
  if (video.kind === 'twilio') {
    const { videoUrl } = video.credentials
    const options = videoUrl === undefined ? {} : toStandaloneOptions(videoUrl)
    return () => options
  }
  const findCarried = publicUrl === undefined ? createFinder() : toFinder(toEmbeddedOptions(publicUrl))
  if (emulator === undefined) return findCarried
  return (source) => (emulator.isServed() ? findCarried(source) : findOwnPort(emulator, source))
}

async function findOwnPort({ start }: CarriedEmulator, { host }: CallSource): Promise<ConnectOptions> {
  if (host === undefined || !isLocalHost(host)) {
    const message =
      'No call can be made here: the emulator needs WebSockets, and nothing passes them on to it. Have the HTTP server ' +
      'carry them with roomkey.serveSignaling(server), set Twilio credentials, or call this machine localhost'
    throw new VideoError('SIGNALING_UNAVAILABLE', message)
  }
  const { signalingUrl, insightsUrl } = await start()
  return { wsServer: signalingUrl, wsServerInsights: insightsUrl }
}

function toFinder(options: ConnectOptions): () => ConnectOptions {
  return () => options
}

// Nearly every call comes to the same address, and checking it takes a third as long as signing a token.
function createFinder(): (source: CallSource) => ConnectOptions {
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
