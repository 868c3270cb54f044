import type { ConnectOptions } from '@roomkey/shared'
import type { CallSource } from './rpc/context.ts'
import type { AccessTokenSigner } from './twilio/access-token.ts'
import type { TwilioVideo } from './twilio/client.ts'

/** What procedures work with, built once from the config. */
export type Services = {
  twilio: TwilioVideo
  accessTokens: AccessTokenSigner
  /** What a browser must pass to `connect()` besides the token; empty on Twilio. */
  connectOptions(source: CallSource): ConnectOptions
}
