import type { ConnectOptions } from '@roomkey/shared'
import type { Access } from './access/access.ts'
import type { CallSource } from './rpc/context.ts'
import type { AccessTokenSigner } from './twilio/access-token.ts'
import type { TwilioVideo } from './twilio/client.ts'

/** What procedures work with, built once from the config. */
export type Services = {
  access: Access
  twilio: TwilioVideo
  accessTokens: AccessTokenSigner
  /** Where Twilio reports what happens in a room; `undefined` where it could not be believed. Callers never choose it. */
  statusCallback(): string | undefined
  /** What a browser must pass to `connect()` besides the token; empty on Twilio. */
  connectOptions(source: CallSource): ConnectOptions
}
