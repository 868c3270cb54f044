import { z } from 'zod'

/**
 * Who calls: `open` (nobody was asked), `service` (an API key), `user` (the team's own sign-in),
 * `guest` (an invitation), `passcode` (the passcode of Twilio's reference apps), `anonymous` (asked, and nothing shown).
 */
export const CALLER_KINDS = ['open', 'service', 'user', 'guest', 'passcode', 'anonymous'] as const

/** One of {@link CALLER_KINDS}. */
export type CallerKind = (typeof CALLER_KINDS)[number]

/** Output of `auth.whoami`. */
export const WhoamiSchema = z.object({
  kind: z.enum(CALLER_KINDS).describe('How the caller is known, if at all.'),
  identity: z.string().nullable().describe('The identity of a user, the name of an API key, or `null`.'),
  name: z
    .string()
    .optional()
    .describe('What the sign-in calls a user, as others in a room are told by `participants.list`.'),
  roles: z.array(z.string()).describe('The roles that the sign-in gives a user.'),
  isAdmin: z.boolean().describe('Whether a role makes the user an admin, who may what a host may in every room.'),
  may: z.array(z.string()).describe('The procedures open to the caller on at least some room, e.g. `rooms.create`.'),
})

/** Who the server thinks the caller is, and what they may do. */
export interface Whoami extends z.output<typeof WhoamiSchema> {}
