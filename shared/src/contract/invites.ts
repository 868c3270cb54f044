import { TWILIO_ERRORS } from '../error-code.ts'
import {
  CreateInviteInputSchema,
  CreatedInviteSchema,
  InviteListSchema,
  InviteSchema,
  ListInvitesInputSchema,
  RevokeInviteInputSchema,
  type CreateInviteInput,
  type CreatedInvite,
  type Invite,
  type InviteList,
  type ListInvitesInput,
  type RevokeInviteInput,
} from '../invite.ts'
import { mutation, query } from './define.ts'

/** Invitations: links that let people into a room without an account. */
export const invites = {
  create: mutation<CreateInviteInput, CreatedInvite>()({
    input: CreateInviteInputSchema,
    output: CreatedInviteSchema,
    summary: 'Makes an invitation to a room',
    description: 'For hosts. What comes back is the only place where the secret stands; it is not kept.',
    errors: ['ROOM_NOT_FOUND', 'ROOM_COMPLETED', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms/{roomSid}/invites', status: 201 },
    example: { roomSid: 'standup', maxUses: 5 },
  }),
  list: query<ListInvitesInput, InviteList>()({
    input: ListInvitesInputSchema,
    output: InviteListSchema,
    summary: 'Lists the invitations to a room, newest first',
    description: 'For hosts. Without their secrets.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{roomSid}/invites' },
    example: { roomSid: 'standup' },
  }),
  revoke: mutation<RevokeInviteInput, Invite>()({
    input: RevokeInviteInputSchema,
    output: InviteSchema,
    summary: 'Takes an invitation back',
    description:
      'For hosts. It lets nobody in from here on, and is nobody’s credential any more; the same holds for every ' +
      'invitation that was made with it. Whoever is in the call stays there, and users whom it let in still belong to ' +
      'the room: `bans.create` ends that.',
    errors: ['INVITE_NOT_FOUND', 'BANNED'],
    http: { method: 'POST', path: '/invites/{id}/revoke' },
    example: { id: '0199c6a4-8a1f-4c54-9c1b-3f0a5d2e7b11' },
    idempotent: true,
  }),
}

/** The procedures of `invites`. */
export interface InvitesContract extends Readonly<typeof invites> {}
