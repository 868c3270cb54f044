import { z } from 'zod'
import { InstantSchema, pageInput } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { RoomSidSchema } from './sid.ts'

export const INVITE_ROLES = ['host', 'guest'] as const
export type InviteRole = (typeof INVITE_ROLES)[number]

/** How long an invitation lasts, in seconds: a minute to 30 days, default one day. */
export const INVITE_EXPIRY_SECONDS = { min: 60, max: 2_592_000, default: 86_400 } as const

/** The secret of an invitation: `inv_` and 32 random bytes in base64url. Shown once, when created. */
export const InviteSecretSchema = z
  .string()
  .regex(/^inv_[A-Za-z0-9_-]{43}$/, 'must be an invitation: inv_ and 43 characters')

/** The handle of an invitation, safe to show and log; it admits nobody. */
export const InviteIdSchema = z.uuid()

export const InviteSchema = z.object({
  id: InviteIdSchema,
  roomSid: RoomSidSchema,
  role: z.enum(INVITE_ROLES),
  createdAt: InstantSchema,
  expiresAt: InstantSchema,
  /** `null`: any number of times until it expires. */
  maxUses: z.int().nullable(),
  uses: z.int(),
  revokedAt: InstantSchema.nullable(),
})
export interface Invite extends z.output<typeof InviteSchema> {}

export const CreateInviteInputSchema = z.strictObject({
  roomSid: RoomRefSchema,
  role: z.enum(INVITE_ROLES).default('guest'),
  expiresInSeconds: z
    .int()
    .min(INVITE_EXPIRY_SECONDS.min)
    .max(INVITE_EXPIRY_SECONDS.max)
    .default(INVITE_EXPIRY_SECONDS.default),
  maxUses: z.int().min(1).max(10_000).optional(),
})
export interface CreateInviteInput extends z.input<typeof CreateInviteInputSchema> {}

/** An invitation with its secret: the only time the secret is shown. */
export const CreatedInviteSchema = InviteSchema.extend({ invite: InviteSecretSchema })
export interface CreatedInvite extends z.output<typeof CreatedInviteSchema> {}

export const ListInvitesInputSchema = z.strictObject({ roomSid: RoomRefSchema, ...pageInput })
export interface ListInvitesInput extends z.input<typeof ListInvitesInputSchema> {}

export const InviteListSchema = z.object({ invites: z.array(InviteSchema), nextCursor: z.string().nullable() })
export interface InviteList extends z.output<typeof InviteListSchema> {}

export const RevokeInviteInputSchema = z.strictObject({ id: InviteIdSchema })
export interface RevokeInviteInput extends z.input<typeof RevokeInviteInputSchema> {}
