import { auditRouter } from './routers/audit.ts'
import { authRouter } from './routers/auth.ts'
import { invitesRouter } from './routers/invites.ts'
import { participantsRouter } from './routers/participants.ts'
import { roomsRouter } from './routers/rooms.ts'
import { router } from './rpc/trpc.ts'

/** Every procedure a caller can ask for. */
export const appRouter = router({
  auth: authRouter,
  rooms: roomsRouter,
  participants: participantsRouter,
  invites: invitesRouter,
  audit: auditRouter,
})

/** The contract of the server, for `@trpc/client` and whoever merges the router into their own. */
export type AppRouter = typeof appRouter
