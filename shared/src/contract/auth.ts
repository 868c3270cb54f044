import { AccessTokenSchema, GetTokenInputSchema, type AccessToken, type GetTokenInput } from '../access-token.ts'
import { TWILIO_ERRORS } from '../error-code.ts'
import { WhoamiSchema, type Whoami } from '../whoami.ts'
import { mutation, query } from './define.ts'

/** Who calls, and what lets them into a room. */
export const auth = {
  getToken: mutation<GetTokenInput, AccessToken>()({
    input: GetTokenInputSchema,
    output: AccessTokenSchema,
    summary: 'Signs an access token for one identity and one room',
    description:
      'Pass the token to `connect()` of `twilio-video`, with `connectOptions`. A signed-in user gets tokens for ' +
      'themselves, a service for anyone, a guest by an invitation. Costs no request to Twilio, unless the caller may ' +
      'not enter every room and calls this one by its name.',
    errors: [
      'ROOM_NOT_FOUND',
      'BANNED',
      'INVITE_NOT_FOUND',
      'INVITE_EXPIRED',
      'INVITE_REVOKED',
      'INVITE_USED_UP',
      'SIGNALING_UNAVAILABLE',
      ...TWILIO_ERRORS,
    ],
    http: { method: 'POST', path: '/auth/token' },
    example: { userId: 'Beyoncé', roomSid: 'standup' },
    // Signing is pure, unless it uses up an invitation.
    idempotent: { unless: 'invite' },
  }),
  whoami: query<undefined, Whoami>()({
    input: null,
    output: WhoamiSchema,
    summary: 'Says who the server thinks the caller is, and what they may do',
    errors: [],
    http: { method: 'GET', path: '/auth/whoami' },
  }),
}

/** The procedures of `auth`. */
export interface AuthContract extends Readonly<typeof auth> {}
