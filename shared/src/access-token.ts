import { z } from 'zod'
import { IdentitySchema } from './identity.ts'
import { InviteSecretSchema } from './invite.ts'
import { InstantSchema } from './page.ts'
import { RoomRefSchema } from './room.ts'

/**
 * How long an access token lets its bearer connect, in seconds. Twilio refuses more than 24 hours
 * (error 20157); the default is the tutorial's four hours, which is also Twilio's default for the longest
 * stay of a participant: a token is checked again at every reconnect.
 */
export const TTL_SECONDS = { min: 1, max: 86_400, default: 14_400 } as const

export const TtlSecondsSchema = z.int().min(TTL_SECONDS.min).max(TTL_SECONDS.max).default(TTL_SECONDS.default)

/**
 * Input of `auth.getToken`. `roomSid` is a SID or a name. `userId` is the identity; a signed-in user may
 * leave it out and gets a token as themselves. With `invite`, the invitation names the room and `userId`
 * is the guest's chosen name.
 */
export const GetTokenInputSchema = z
  .strictObject({
    userId: IdentitySchema.optional(),
    roomSid: RoomRefSchema.optional(),
    invite: InviteSecretSchema.optional(),
    ttlSeconds: TtlSecondsSchema,
  })
  .refine((input) => input.roomSid !== undefined || input.invite !== undefined, {
    error: 'roomSid is required: a room SID or name (or an invite)',
    path: ['roomSid'],
  })
export interface GetTokenInput extends z.input<typeof GetTokenInputSchema> {}

/**
 * What to pass to `connect()` of `twilio-video` besides the token. Empty on Twilio; on the emulator it says
 * where signalling is, as reachable from where the call came.
 */
export const ConnectOptionsSchema = z.object({
  wsServer: z.url().optional(),
  wsServerInsights: z.url().optional(),
})
export interface ConnectOptions extends z.output<typeof ConnectOptionsSchema> {}

export const AccessTokenSchema = z.object({
  /** The identity the token was signed for; for a guest, the marked one. */
  userId: IdentitySchema,
  /**
   * The room the token is good for. As asked, SID or name, for those who may enter every room; else the SID, since
   * a token for a name would be good for a later room of that name too.
   */
  roomSid: RoomRefSchema,
  token: z.jwt(),
  expiresAt: InstantSchema,
  connectOptions: ConnectOptionsSchema,
})
export interface AccessToken extends z.output<typeof AccessTokenSchema> {}
