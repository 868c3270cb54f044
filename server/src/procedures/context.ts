import type { ConnectOptions } from '@roomkey/shared'
import type { AccessWatch } from '../access/access-watch.ts'
import type { Authorizer } from '../access/authorizer.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import type { CallSource } from '../core/call-source.ts'
import type { Caller } from '../core/caller.ts'
import type { Log } from '../core/log.ts'
import type { Seal } from '../core/seal.ts'
import type { Events } from '../events/events.ts'
import type { Forwarding } from '../events/forwarding.ts'
import type { OpenStreams } from '../limits/open-streams.ts'
import type { RateLimiter } from '../limits/rate-limiter.ts'
import type { Store } from '../store/store.ts'
import type { AccessTokenSigner } from '../twilio/access-token.ts'
import type { TwilioVideo } from '../twilio/video.ts'
import type { Invitations } from './invites/invitations.ts'

/** What handlers work with, built once from the config. */
export type Services = {
  authorizer: Authorizer
  store: Store
  /** `undefined` where nobody is asked who they are. */
  auditLog: AuditLog | undefined
  rateLimiter: RateLimiter
  openStreams: OpenStreams
  /** The account in Twilio; stands in every token. */
  accountSid: string
  /** For what must be stored and holds secrets. */
  seal: Seal
  invitations: Invitations
  twilio: TwilioVideo
  /** What happens in rooms. */
  events: Events
  /** Ends what goes on when its caller may have it no longer. */
  accessWatch: AccessWatch
  /** `undefined`: they go nowhere. */
  forwarding: Forwarding | undefined
  signAccessToken: AccessTokenSigner
  /** The longest that a guest's access token may be good. */
  guestTokenTtlSeconds: number
  /** Where Twilio reports what happens in a room; `undefined` where it could not be believed. Callers never choose it. */
  statusCallback(): Promise<string | undefined>
  /**
   * What a browser must pass to `connect()` besides the token; empty on Twilio.
   * Throws {@link VideoError} `SIGNALING_UNAVAILABLE` where nobody carries the emulator's WebSockets.
   */
  connectOptions(source: CallSource): ConnectOptions | Promise<ConnectOptions>
}

/** What a handler works with: who calls, from where, and the services it may use. */
export type Context = Services & {
  caller: Caller
  /** Asks again who calls. @throws VideoError `UNAUTHENTICATED` when their credentials are good no longer. */
  authenticate(): Promise<Caller>
  source: CallSource
  requestId: string
  log: Log
}
