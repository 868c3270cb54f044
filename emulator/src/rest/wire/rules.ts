import { z } from 'zod'
import type { Rule } from '../../state/index.ts'

const absent = z.null().transform(() => undefined)
const name = z.union([z.string().min(1), absent]).optional()

/** What a client may send as subscribe rules. Source: Twilio "Track Subscriptions API". */
export const SubscribeRulesSchema = rulesSchema(['audio', 'video', 'data'])

/** What a client may send as recording rules; data is never recorded. Source: Twilio "Recording Rules API". */
export const RecordingRulesSchema = rulesSchema(['audio', 'video'])

function rulesSchema(kinds: readonly ['audio', 'video', ...'data'[]]): z.ZodType<Rule[]> {
  const RuleSchema = z
    .strictObject({
      type: z.enum(['include', 'exclude']),
      // Twilio takes the text for the truth here; its own test suite sends it.
      all: z.union([z.literal(true), z.literal('true').transform(() => true as const), absent]).optional(),
      kind: z.union([z.enum(kinds), absent]).optional(),
      publisher: name,
      track: name,
      priority: absent.optional(),
    })
    .transform(dropUndefined)
    // Either everything, or some filters: the type stands beside one of the two.
    .refine((rule) => (rule.all === undefined ? Object.keys(rule).length > 1 : Object.keys(rule).length === 2))
  return z.array(RuleSchema).min(1).max(20)
}

function dropUndefined(rule: Rule & { priority?: undefined }): Rule {
  return Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)) as Rule
}
