import type { Twilio } from 'twilio'
import type { HttpProxy } from '../config/proxy.ts'
import type { TwilioCredentials } from '../config/twilio.ts'
import type { Governor } from './network/governor.ts'
import { createHttpClient } from './network/http-client.ts'

const TWILIO_VIDEO_URL = 'https://video.twilio.com'

export type Sdk = { rooms: Twilio['video']['v1']['rooms']; close(): void }

/**
 * The official SDK, pointed at one Video API. Loaded here and nowhere else, on first use: it costs a quarter of
 * a second, and minting tokens does not need it.
 */
export async function loadSdk(
  { accountSid, apiKeySid, apiKeySecret, videoUrl }: TwilioCredentials,
  options: { timeoutMs: number; proxy: HttpProxy | undefined; governor: Governor },
): Promise<Sdk> {
  // These two, not the whole package: that has also what writes TwiML, and more.
  const { default: Twilio } = await import('twilio/lib/rest/Twilio.js')
  const { default: RequestClient } = await import('twilio/lib/base/RequestClient.js')
  const base = new URL(videoUrl ?? TWILIO_VIDEO_URL)
  const httpClient = createHttpClient(RequestClient, { origin: base.origin, ...options })
  // Empty, not left out: left out, the SDK reads the environment and rewrites host names.
  const client = new Twilio(apiKeySid, apiKeySecret, { accountSid, httpClient, edge: '', region: '' })
  client.video.baseUrl = base.href.replace(/\/+$/, '')
  return { rooms: client.video.v1.rooms, close: () => httpClient.close() }
}
