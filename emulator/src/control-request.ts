import { z } from 'zod'
import { TwilioError } from './errors.ts'

/** What a request to the control plane says. @throws TwilioError 20001 when it is not as it should be */
export function parse<TValue>(schema: z.ZodType<TValue>, body: unknown): TValue {
  const result = schema.safeParse(body ?? {})
  if (!result.success) throw new TwilioError(20001, z.prettifyError(result.error))
  return result.data
}
