import { TWILIO_ERRORS } from '../error-code.ts'
import { AnonymizeInputSchema, AnonymizedSchema, type AnonymizeInput, type Anonymized } from '../event-log.ts'
import {
  ListParticipantsInputSchema,
  ParticipantInputSchema,
  ParticipantListSchema,
  ParticipantSchema,
  RemoveParticipantInputSchema,
  type ListParticipantsInput,
  type Participant,
  type ParticipantInput,
  type ParticipantList,
  type RemoveParticipantInput,
} from '../participant.ts'
import { mutation, query } from './define.ts'

/** Who is, or was, in a room. */
export const participants = {
  list: query<ListParticipantsInput, ParticipantList>()({
    input: ListParticipantsInputSchema,
    output: ParticipantListSchema,
    summary: 'Lists the participants of a room',
    description:
      'Without `status`: the connected ones of a room in progress, the disconnected ones of a completed room (Twilio’s rule).',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{roomSid}/participants' },
    example: { roomSid: 'standup' },
  }),
  get: query<ParticipantInput, Participant>()({
    input: ParticipantInputSchema,
    output: ParticipantSchema,
    summary: 'Shows a participant',
    errors: ['ROOM_NOT_FOUND', 'PARTICIPANT_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{roomSid}/participants/{participant}' },
    example: { roomSid: 'standup', participant: 'Beyoncé' },
  }),
  remove: mutation<RemoveParticipantInput, Participant>()({
    input: RemoveParticipantInputSchema,
    output: ParticipantSchema,
    summary: 'Takes a participant out of a room',
    description:
      'For hosts. With `ban`, the short way to `bans.create`: the ban stands also when they are not in the room right ' +
      'now, which `PARTICIPANT_NOT_FOUND` says.',
    errors: ['ROOM_NOT_FOUND', 'ROOM_COMPLETED', 'PARTICIPANT_NOT_FOUND', 'FORBIDDEN', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/rooms/{roomSid}/participants/{participant}/remove' },
    example: { roomSid: 'standup', participant: 'Beyoncé', ban: true },
  }),
  anonymize: mutation<AnonymizeInput, Anonymized>()({
    input: AnonymizeInputSchema,
    output: AnonymizedSchema,
    summary: 'Makes who somebody was unknown, in the log of events and at Twilio',
    description:
      'For hosts, of their room; for admins and services of any room, or of all. In the log they get another name in ' +
      'each room, that nothing leads back from; at Twilio, that of their participant’s SID. Twilio takes it only of ' +
      'those who have left. It cannot be undone.',
    errors: ['ROOM_NOT_FOUND', 'FORBIDDEN', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'POST', path: '/participants/anonymize' },
    example: { identity: 'Beyoncé' },
    idempotent: true,
  }),
}

/** The procedures of `participants`. */
export interface ParticipantsContract extends Readonly<typeof participants> {}
