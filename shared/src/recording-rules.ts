import { z } from 'zod'
import { nameSchema } from './name.ts'
import { InstantSchema } from './page.ts'
import { RoomRefSchema } from './room.ts'
import { RoomSidSchema } from './sid.ts'

/** How many rules a room may have. Source: Twilio "Recording Rules API". */
export const MAX_RECORDING_RULES = 20

/**
 * One rule of what is recorded: everything (`all`), or what fits every filter it has. Data tracks are never recorded.
 * Source: Twilio "Recording Rules API", error 53120.
 */
export const RecordingRuleSchema = z
  .strictObject({
    type: z.enum(['include', 'exclude']).describe('Whether what fits is recorded from here on, or no longer.'),
    all: z.literal(true).optional().describe('Everything; stands beside no filter.'),
    kind: z.enum(['audio', 'video']).optional(),
    publisher: nameSchema('a publisher').optional().describe('An identity, or a participant’s SID.'),
    track: nameSchema('a track').optional().describe('A track’s name or SID.'),
  })
  .refine(
    ({ all, kind, publisher, track }) =>
      (all === true) !== [kind, publisher, track].some((filter) => filter !== undefined),
    'a rule has either "all", or at least one of "kind", "publisher" and "track"',
  )
  .meta({
    description: 'Either `all`, or at least one of `kind`, `publisher` and `track`.',
    oneOf: [
      { required: ['all'] },
      { anyOf: [{ required: ['kind'] }, { required: ['publisher'] }, { required: ['track'] }] },
    ],
  })

/** One rule of what is recorded: `all`, or some filters. */
export interface RecordingRule extends z.output<typeof RecordingRuleSchema> {}

const roomSid = RoomRefSchema.describe('A room by its SID, or by its name while it is in progress.')

/** Input of `recordingRules.get`. */
export const GetRecordingRulesInputSchema = z.strictObject({ roomSid })

/** Input of `recordingRules.get`: one room. */
export interface GetRecordingRulesInput extends z.input<typeof GetRecordingRulesInputSchema> {}

/** Input of `recordingRules.update`. */
export const UpdateRecordingRulesInputSchema = z.strictObject({
  roomSid: RoomRefSchema.describe('A room in progress, by its SID or name.'),
  rules: z
    .array(RecordingRuleSchema)
    .min(1)
    .max(MAX_RECORDING_RULES)
    .describe('In order: of the rules that fit a track, the last one counts. They take the place of those before.'),
})

/** Input of `recordingRules.update`: all rules of one room. */
export interface UpdateRecordingRulesInput extends z.input<typeof UpdateRecordingRulesInputSchema> {}

/** Output of `recordingRules.get` and `recordingRules.update`. */
export const RecordingRulesSchema = z.object({
  roomSid: RoomSidSchema,
  rules: z.array(RecordingRuleSchema).describe('In order: of the rules that fit a track, the last one counts.'),
  createdAt: InstantSchema.nullable().describe('`null` where Twilio gives no date.'),
  updatedAt: InstantSchema.nullable().describe('`null` where Twilio gives no date.'),
})

/** What of a room is recorded. */
export interface RecordingRules extends z.output<typeof RecordingRulesSchema> {}
