import { z } from 'zod'
import { InstantSchema, NextCursorSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { RoomSidSchema } from './sid.ts'

/** What an invitation makes of who comes by it: a `host`, who may do everything to the room, or a `guest`. */
export const INVITE_ROLES = ['host', 'guest'] as const

/** One of {@link INVITE_ROLES}. */
export type InviteRole = (typeof INVITE_ROLES)[number]

/** How long an invitation lasts, in seconds: a minute to 30 days, default one day. */
export const INVITE_EXPIRY_SECONDS = { min: 60, max: 2_592_000, default: 86_400 } as const

/** The secret of an invitation: `inv_` and 32 random bytes in base64url. Shown once, when created. */
export const InviteSecretSchema = z
  .string()
  .regex(/^inv_[A-Za-z0-9_-]{43}$/, 'must be an invitation: inv_ and 43 characters')

/** The handle of an invitation, safe to show and log; it admits nobody. */
export const InviteIdSchema = z.uuid().overwrite((id) => id.toLowerCase())

/** An invitation, without its secret. */
export const InviteSchema = z.object({
  id: InviteIdSchema.describe('Its handle, safe to show and log; it admits nobody.'),
  roomSid: RoomSidSchema,
  role: z.enum(INVITE_ROLES).describe('What it makes of who comes by it.'),
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  maxUses: z.int().nullable().describe('`null`: any number of times until it expires.'),
  uses: z.int().describe('How often it was used.'),
  revokedAt: InstantSchema.nullable().describe('`null` unless it was taken back.'),
})

/** An invitation, without its secret. */
export interface Invite extends z.output<typeof InviteSchema> {}

/** Input of `invites.create`. */
export const CreateInviteInputSchema = z.strictObject({
  roomSid: RoomRefSchema.describe('A room in progress, by its SID or name.'),
  role: z.enum(INVITE_ROLES).default('guest').describe('What it makes of who comes by it.'),
  expiresInSeconds: z
    .int()
    .min(INVITE_EXPIRY_SECONDS.min)
    .max(INVITE_EXPIRY_SECONDS.max)
    .default(INVITE_EXPIRY_SECONDS.default)
    .describe('How long it lasts, in seconds.'),
  maxUses: z.int().min(1).max(10_000).optional().describe('How many may enter by it; any number when left out.'),
})

/** Input of `invites.create`: a guest's invitation for a day, unless said otherwise. */
export interface CreateInviteInput extends z.input<typeof CreateInviteInputSchema> {}

/** Output of `invites.create`. */
export const CreatedInviteSchema = InviteSchema.extend({
  invite: InviteSecretSchema.describe('The secret: `inv_` and 43 characters. Shown here and never again.'),
})

/** An invitation with its secret: the only time the secret is shown. */
export interface CreatedInvite extends z.output<typeof CreatedInviteSchema> {}

/** Input of `invites.list`. */
export const ListInvitesInputSchema = z.strictObject({
  roomSid: RoomRefSchema.describe('A room by its SID, or by its name while it is in progress.'),
  ...pageInput,
})

/** Input of `invites.list`: one room. */
export interface ListInvitesInput extends z.input<typeof ListInvitesInputSchema> {}

/** Output of `invites.list`. */
export const InviteListSchema = z.object({ invites: z.array(InviteSchema), nextCursor: NextCursorSchema })

/** One page of a room's invitations, newest first. */
export interface InviteList extends z.output<typeof InviteListSchema> {}

/** Input of `invites.revoke`. */
export const RevokeInviteInputSchema = z.strictObject({
  id: InviteIdSchema.describe('The invitation’s `id`, not its secret.'),
})

/** Input of `invites.revoke`: the invitation's `id`. */
export interface RevokeInviteInput extends z.input<typeof RevokeInviteInputSchema> {}
