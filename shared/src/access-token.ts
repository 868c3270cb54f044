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

const TtlSecondsSchema = z.int().min(TTL_SECONDS.min).max(TTL_SECONDS.max).default(TTL_SECONDS.default)

/** Input of `auth.getToken`: who is to enter which room. */
export const GetTokenInputSchema = z
  .strictObject({
    userId: IdentitySchema.optional().describe(
      'The identity to enter as. A signed-in user may leave it out and enters as themselves; with an invitation it is ' +
        'the guest’s chosen name.',
    ),
    roomSid: RoomRefSchema.optional().describe(
      'A room by its SID or name. May be left out with an invitation, which names the room.',
    ),
    invite: InviteSecretSchema.optional().describe('The secret of an invitation.'),
    ttlSeconds: TtlSecondsSchema.describe(
      'How long the token is good, in seconds; for a guest no longer than `GUEST_TOKEN_TTL_SECONDS` of the server.',
    ),
  })
  .refine((input) => input.roomSid !== undefined || input.invite !== undefined, {
    error: 'roomSid is required: a room SID or name (or an invite)',
    path: ['roomSid'],
  })
  .meta({ anyOf: [{ required: ['roomSid'] }, { required: ['invite'] }] })

/** Input of `auth.getToken`: `userId` and `roomSid`, or `invite`; `ttlSeconds` is 14,400 when left out. */
export interface GetTokenInput extends z.input<typeof GetTokenInputSchema> {}

/** What to pass to `connect()` of `twilio-video` besides the token: nothing on Twilio, where signalling is on the emulator. */
export const ConnectOptionsSchema = z.object({
  wsServer: z.url().optional().describe('Where signalling is, as reachable from where the request came.'),
  wsServerInsights: z.url().optional().describe('Where the SDK’s own reports go.'),
})

/** Options for `connect()` of `twilio-video`; `{}` on Twilio. */
export interface ConnectOptions extends z.output<typeof ConnectOptionsSchema> {}

/** Output of `auth.getToken`. */
export const AccessTokenSchema = z.object({
  userId: IdentitySchema.describe('The identity the token was signed for; for a guest, the marked one.'),
  // A token for a name would be good for a later room of that name too.
  roomSid: RoomRefSchema.describe(
    'The room the token is good for: as asked, SID or name, for those who may enter every room; else the SID.',
  ),
  token: z.jwt().describe('The token, for `connect()` of `twilio-video`.'),
  expiresAt: InstantSchema.describe('When the token stops being good.'),
  connectOptions: ConnectOptionsSchema.describe('What to pass to `connect()` besides the token.'),
})

/** An access token: what lets one identity into one room, until `expiresAt`. */
export interface AccessToken extends z.output<typeof AccessTokenSchema> {}
