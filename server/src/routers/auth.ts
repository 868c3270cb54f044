import { GetTokenInputSchema } from '@roomkey/shared'
import type { AccessToken, Whoami } from '@roomkey/shared'
import { findEntry } from '../access/entry.ts'
import { describeCaller } from '../access/whoami.ts'
import { procedureFor, router } from '../rpc/trpc.ts'

export const authRouter = router({
  getToken: procedureFor('auth.getToken')
    .input(GetTokenInputSchema)
    .mutation(async ({ ctx, input: { ttlSeconds, ...asked }, signal }): Promise<AccessToken> => {
      const { identity, room } = await findEntry(ctx, asked, signal)
      const { token, expiresAt } = ctx.accessTokens({ identity, room, ttlSeconds })
      return { userId: identity, roomSid: room, token, expiresAt, connectOptions: ctx.connectOptions(ctx.source) }
    }),

  whoami: procedureFor('auth.whoami').query(({ ctx }): Promise<Whoami> => describeCaller(ctx)),
})
