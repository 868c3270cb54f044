import { RecordingRulesSchema, type RecordingRule, type RecordingRules } from '@roomkey/shared'
import type { RecordingRulesInstance } from 'twilio/lib/rest/video/v1/room/recordingRules.js'
import { toInstantOrNull } from './instant.ts'
import { toPathPart } from './path.ts'
import type { CallOptions, TwilioRequests } from './requests.ts'

/** What of a room is recorded, at Twilio. */
export type TwilioRecordingRules = {
  getRecordingRules(room: string, options?: CallOptions): Promise<RecordingRules>
  updateRecordingRules(room: string, rules: readonly RecordingRule[], options?: CallOptions): Promise<RecordingRules>
}

export function createTwilioRecordingRules({ read, update }: TwilioRequests): TwilioRecordingRules {
  return {
    async getRecordingRules(room, options = {}) {
      const part = toPathPart(room, 'roomSid')
      return read(['recording-rules', room], { room }, options, async ({ rooms }) =>
        toRecordingRules(await rooms(part).recordingRules.fetch()),
      )
    },
    async updateRecordingRules(room, rules, options = {}) {
      const part = toPathPart(room, 'roomSid')
      return update(
        { room },
        options,
        async ({ rooms }) => toRecordingRules(await rooms(part).recordingRules.update({ rules })),
        // A room that is over by now has no rules to look at.
        async () => undefined,
      )
    },
  }
}

/** Checked, because the SDK passes on whatever it got. @throws ZodError when they are no rules. */
function toRecordingRules({ roomSid, rules, dateCreated, dateUpdated }: RecordingRulesInstance): RecordingRules {
  return RecordingRulesSchema.parse({
    roomSid,
    // Twilio leaves out what is not set, and its classes have it as `undefined` or `null`.
    rules: rules.map((rule) => Object.fromEntries(Object.entries(rule).filter(([, value]) => value != null))),
    createdAt: toInstantOrNull(dateCreated),
    updatedAt: toInstantOrNull(dateUpdated),
  })
}
