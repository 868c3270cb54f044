import { TWILIO_ERRORS } from '../error-code.ts'
import {
  GetRecordingRulesInputSchema,
  RecordingRulesSchema,
  UpdateRecordingRulesInputSchema,
  type GetRecordingRulesInput,
  type RecordingRules,
  type UpdateRecordingRulesInput,
} from '../recording-rules.ts'
import { mutation, query } from './define.ts'

/** What of a room is recorded. */
export const recordingRules = {
  get: query<GetRecordingRulesInput, RecordingRules>()({
    input: GetRecordingRulesInputSchema,
    output: RecordingRulesSchema,
    summary: 'Shows what of a room is recorded',
    description: 'For hosts.',
    errors: ['ROOM_NOT_FOUND', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'GET', path: '/rooms/{roomSid}/recording-rules' },
    example: { roomSid: 'standup' },
  }),
  update: mutation<UpdateRecordingRulesInput, RecordingRules>()({
    input: UpdateRecordingRulesInputSchema,
    output: RecordingRulesSchema,
    summary: 'Says anew what of a room is recorded',
    description:
      'For hosts. The rules take the place of those before, from now on: `[{ type: "include", all: true }]` records ' +
      'everything, and `exclude` in its place stops. What begins to be recorded again is a new recording.',
    errors: ['ROOM_NOT_FOUND', 'ROOM_COMPLETED', 'BANNED', ...TWILIO_ERRORS],
    http: { method: 'PUT', path: '/rooms/{roomSid}/recording-rules' },
    example: { roomSid: 'standup', rules: [{ type: 'include', all: true }] },
    idempotent: true,
  }),
}

/** The procedures of `recordingRules`. */
export interface RecordingRulesContract extends Readonly<typeof recordingRules> {}
