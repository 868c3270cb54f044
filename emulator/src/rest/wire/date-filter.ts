import { field } from './input.ts'

export const DATE_FIELDS = { DateCreatedAfter: field.date(), DateCreatedBefore: field.date() }

/** Whether a date, in the whole seconds that clients see, is at or after the one bound and before the other. */
export function createdWithin({
  DateCreatedAfter = -Infinity,
  DateCreatedBefore = Infinity,
}: {
  DateCreatedAfter?: number
  DateCreatedBefore?: number
}): (entity: { createdAt: number }) => boolean {
  return ({ createdAt }) => {
    const shown = Math.floor(createdAt / 1000) * 1000
    return shown >= DateCreatedAfter && shown < DateCreatedBefore
  }
}
