import { contract } from '@roomkey/shared'
import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import { auditHandlers } from '../procedures/audit/handlers.ts'
import { authHandlers } from '../procedures/auth/handlers.ts'
import { bansHandlers } from '../procedures/bans/handlers.ts'
import type { Context } from '../procedures/context.ts'
import { eventsHandlers } from '../procedures/events/handlers.ts'
import { invitesHandlers } from '../procedures/invites/handlers.ts'
import { participantsHandlers } from '../procedures/participants/handlers.ts'
import { recordingRulesHandlers } from '../procedures/recording-rules/handlers.ts'
import { roomsHandlers } from '../procedures/rooms/handlers.ts'
import { implement } from './implement.ts'

/** Roomkey's router, as the server serves it and as a team may merge it into its own. */
export type AppRouter = RoomkeyRouter<Context>

/** Every procedure, put behind the contract. Its context comes from `createContext` of `createRoomkey`. */
export const appRouter: AppRouter = implement(contract, {
  auth: authHandlers,
  rooms: roomsHandlers,
  participants: participantsHandlers,
  invites: invitesHandlers,
  bans: bansHandlers,
  audit: auditHandlers,
  events: eventsHandlers,
  recordingRules: recordingRulesHandlers,
})
