import type { AuthContract } from '@roomkey/shared'
import type { HandlersOf } from '../handler.ts'
import { rememberName } from '../user-names.ts'
import { authorizeToken } from './authorize-token.ts'
import { describeCaller } from './describe-caller.ts'

export const authHandlers: HandlersOf<AuthContract> = {
  async getToken({ ctx, input, signal }) {
    const { caller } = ctx
    const { ttlSeconds } = input
    const { identity, room, maxTtlSeconds = ttlSeconds } = await authorizeToken(ctx, input, signal)
    const { token, expiresAt } = ctx.signAccessToken({
      identity,
      room,
      ttlSeconds: Math.min(ttlSeconds, maxTtlSeconds),
    })
    if (caller.kind === 'user' && caller.name !== undefined) await rememberName(ctx, caller.identity, caller.name)
    const connectOptions = await ctx.connectOptions(ctx.source)
    return {
      output: { userId: identity, roomSid: room, token, expiresAt, connectOptions },
      subject: { room, target: identity },
    }
  },

  whoami: ({ ctx }) => describeCaller(ctx),
}
