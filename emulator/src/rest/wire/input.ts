import { z } from 'zod'
import { TwilioError, type TwilioErrorCode } from '../../errors.ts'

/** One parameter of a request: how to read it, and the error for a bad value. */
export type Field<TValue> = {
  read: z.ZodType<TValue, string[]>
  code: TwilioErrorCode
}

/** What `parseFields` makes of a set of fields: a parameter that was not sent is `undefined`. */
export type FieldValues<TFields extends Record<string, Field<unknown>>> = {
  [TName in keyof TFields]: TFields[TName] extends Field<infer TValue> ? TValue | undefined : never
}

/**
 * Reads the named parameters of a form or query string. All others are ignored, as Twilio does: names are case-sensitive.
 * @throws TwilioError with the field's own code for the first value that does not fit
 */
export function parseFields<TFields extends Record<string, Field<unknown>>>(
  params: URLSearchParams,
  fields: TFields,
): FieldValues<TFields> {
  const values = Object.entries(fields).map(([name, field]) => {
    const sent = params.getAll(name)
    if (sent.length === 0) return [name, undefined]
    const result = field.read.safeParse(sent)
    if (!result.success) throw new TwilioError(field.code, field.code === 20001 ? `Invalid ${name}` : undefined)
    return [name, result.data]
  })
  return Object.fromEntries(values) as FieldValues<TFields>
}

/** A parameter that counts once; of several the last is taken. */
function single(code: TwilioErrorCode): Field<string>
function single<TValue>(code: TwilioErrorCode, schema: z.ZodType<TValue, string>): Field<TValue>
function single(code: TwilioErrorCode, schema: z.ZodType<unknown, string> = z.string()): Field<unknown> {
  return {
    code,
    read: z
      .array(z.string())
      .transform((sent) => sent.at(-1) ?? '')
      .pipe(schema),
  }
}

export const field = {
  text: (code: TwilioErrorCode = 20001) => single(code),

  oneOf: <const TOption extends string>(options: readonly TOption[], code: TwilioErrorCode = 20001) =>
    single(code, z.enum(options)),

  integer: (min: number, max: number, code: TwilioErrorCode) =>
    single(
      code,
      z
        .string()
        .regex(/^\d{1,9}$/)
        .transform(Number)
        .pipe(z.int().min(min).max(max)),
    ),

  boolean: (code: TwilioErrorCode = 20001) =>
    single(
      code,
      z
        .string()
        .toLowerCase()
        .pipe(z.enum(['true', 'false']))
        .transform((word) => word === 'true'),
    ),

  /** A date or an ISO 8601 date-time; milliseconds since 1970. */
  date: () => single(20001, z.union([z.iso.date(), z.iso.datetime({ offset: true, local: true })]).transform(toTime)),

  /** A repeated key, or one with commas: Twilio's own test suite joins arrays so. */
  list: <const TOption extends string>(
    options: readonly TOption[],
    code: TwilioErrorCode = 20001,
  ): Field<TOption[]> => ({
    code,
    read: z
      .array(z.string())
      .transform((sent) => [...new Set(sent.flatMap((text) => text.split(',')))])
      .pipe(z.array(z.enum(options))),
  }),

  texts: (): Field<string[]> => ({ code: 20001, read: z.array(z.string()) }),

  /** An absolute http or https URL shorter than 1024 characters; empty is none. */
  callbackUrl: (code: TwilioErrorCode) =>
    single(
      code,
      z.union([
        z.literal('').transform(() => null),
        z
          .string()
          .max(1023)
          .refine((url) => /^https?:\/\/[^/]/i.test(url) && URL.canParse(url)),
      ]),
    ),

  /** A JSON document of this shape. */
  json: <TValue>(code: TwilioErrorCode, schema: z.ZodType<TValue>) =>
    single(
      code,
      z
        .string()
        .transform((text, context): unknown => {
          try {
            return JSON.parse(text)
          } catch {
            context.addIssue({ code: 'custom', message: 'not JSON' })
            return z.NEVER
          }
        })
        .pipe(schema),
    ),
}

function toTime(text: string): number {
  // Without an offset it is UTC, where `Date` would take the machine's own zone for a date-time.
  return Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) || !text.includes('T') ? text : `${text}Z`)
}
