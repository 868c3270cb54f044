import { z } from 'zod'

/**
 * Who calls: `open` (nobody was asked), `service` (an API key), `user` (the team's own sign-in),
 * `guest` (an invitation), `anonymous` (asked, and nothing shown).
 */
export const CALLER_KINDS = ['open', 'service', 'user', 'guest', 'anonymous'] as const
export type CallerKind = (typeof CALLER_KINDS)[number]

/** Output of `auth.whoami`. `may` lists the actions open to the caller on at least some room, e.g. `rooms.create`. */
export const WhoamiSchema = z.object({
  kind: z.enum(CALLER_KINDS),
  /** The identity of a user, the name of a service key, or `null`. */
  identity: z.string().nullable(),
  roles: z.array(z.string()),
  may: z.array(z.string()),
})
export interface Whoami extends z.output<typeof WhoamiSchema> {}
