import { IdentitySchema } from '@roomkey/shared'
import { admitCall } from '../../access/admit-call.ts'
import { isBannedAnywhere } from '../../access/refuse-banned.ts'
import { invalidField } from '../../core/video-error.ts'
import type { Context } from '../context.ts'

/**
 * Signs a token that names no room, for Twilio's reference apps, which ask for one to see whether their passcode is good.
 * Whoever may enter every room anyway gets one that opens them all, as from Twilio's plugin; anyone else's opens none, nor
 * does that of an identity that a room keeps out.
 * @throws VideoError `INVALID_INPUT`: the identity; as `admitCall`.
 */
export async function signRoomlessToken(ctx: Context, name: string, ttlSeconds: number): Promise<string> {
  await admitCall(ctx, 'auth.getToken')
  const { caller, requestId, auditLog, authorizer } = ctx
  const { data: identity, error } = IdentitySchema.safeParse(name)
  if (identity === undefined) throw invalidField('userId', error.issues[0]?.message ?? 'must be an identity', error)
  const opensAll =
    (await authorizer.allows(caller, 'auth.getToken', 'none', null)) && !(await isBannedAnywhere(ctx, identity))
  const { token } = ctx.signAccessToken({ identity, room: opensAll ? undefined : null, ttlSeconds })
  auditLog?.record({ requestId, caller, action: 'auth.getToken', subject: { target: identity }, outcome: 'OK' })
  return token
}
