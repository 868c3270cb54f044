import { GetTokenInputSchema } from '@roomkey/shared'
import type { AccessToken } from '@roomkey/shared'
import { VideoError } from '../errors/video-error.ts'
import { procedure, router } from '../rpc/trpc.ts'

export const authRouter = router({
  getToken: procedure.input(GetTokenInputSchema).mutation(({ ctx, input }): AccessToken => {
    const { userId, roomSid, ttlSeconds } = input
    if (userId === undefined) throw missing('userId', 'who the token is for')
    if (roomSid === undefined) throw missing('roomSid', 'a room SID or name')
    const { token, expiresAt } = ctx.accessTokens({ identity: userId, room: roomSid, ttlSeconds })
    return { userId, roomSid, token, expiresAt, connectOptions: ctx.connectOptions(ctx.source) }
  }),
})

function missing(path: string, what: string): VideoError {
  const message = `is required: ${what}`
  return new VideoError('INVALID_INPUT', `${path} ${message}`, { fields: [{ path, message }] })
}
