import {
  BanInputSchema,
  BanListSchema,
  BanSchema,
  CreatedBanSchema,
  ListBansInputSchema,
  type Ban,
  type BanInput,
  type BanList,
  type CreatedBan,
  type ListBansInput,
} from '../ban.ts'
import { TWILIO_ERRORS } from '../error-code.ts'
import { mutation, query } from './define.ts'

/** Who is kept out of a room. */
export const bans = {
  create: mutation<BanInput, CreatedBan>()({
    input: BanInputSchema,
    output: CreatedBanSchema,
    summary: 'Keeps an identity out of a room',
    description:
      'For hosts. Ends all that the identity holds or made in that room: it is put out if it is inside, belongs to the ' +
      'room no longer, and gets no new token; invitations it came in by or made are taken back, and with them every ' +
      'invitation made with those. If an old token lets it in again, it is removed. The creator of a room can be ' +
      'banned by services and admins only.',
    errors: ['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms/{roomSid}/bans', status: 201 },
    example: { roomSid: 'standup', identity: 'Beyoncé' },
    idempotent: true,
  }),
  list: query<ListBansInput, BanList>()({
    input: ListBansInputSchema,
    output: BanListSchema,
    summary: 'Lists who is kept out of a room, newest first',
    description: 'For hosts.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{roomSid}/bans' },
    example: { roomSid: 'standup' },
  }),
  lift: mutation<BanInput, Ban>()({
    input: BanInputSchema,
    output: BanSchema,
    summary: 'Lifts a ban',
    description: 'For hosts. What the ban ended stays ended: they come in as anybody does who was never there.',
    errors: ['ROOM_NOT_FOUND', 'BAN_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms/{roomSid}/bans/{identity}/lift' },
    example: { roomSid: 'standup', identity: 'Beyoncé' },
  }),
}

/** The procedures of `bans`. */
export interface BansContract extends Readonly<typeof bans> {}
