import { z } from 'zod'
import { parseJson } from '../../core/parse-json.ts'

/** How the text of a field is parsed. Objects and the like are written as JSON. */
export type FieldKind = 'text' | 'number' | 'boolean' | 'json' | readonly ['list', FieldKind]

/** The part of a JSON Schema that is read. */
type Schema = { type?: string | string[]; items?: Schema; anyOf?: Schema[]; properties?: Record<string, Schema> }

/** The kind of each field of an input. Text is parsed here, so that the schemas need not coerce. */
export function findFieldKinds(input: z.ZodType): ReadonlyMap<string, FieldKind> {
  const { properties = {} } = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Schema
  return new Map(Object.entries(properties).map(([name, schema]) => [name, toKind(schema)]))
}

/** A text of path or query as the value of its field. One that does not fit stays text, for the schema to refuse. */
export function toFieldValue(text: string | string[], kind: FieldKind): unknown {
  if (typeof kind !== 'string') return [text].flat().map((item) => toFieldValue(item, kind[1]))
  // A field given twice is a list, which the schema refuses.
  if (typeof text !== 'string') return text
  if (kind === 'number') return /^-?\d{1,15}(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
  if (kind === 'json') {
    const value = parseJson(text)
    return value === undefined ? text : value
  }
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  return text
}

function toKind(schema: Schema): FieldKind {
  const types = [schema, ...(schema.anyOf ?? [])].flatMap(({ type }) => type ?? [])
  if (types.includes('string')) return 'text'
  if (types.includes('array')) {
    const kind = toKind(schema.items ?? schema.anyOf?.find(isList)?.items ?? {})
    return kind === 'json' ? 'json' : ['list', kind]
  }
  if (types.includes('object')) return 'json'
  if (types.includes('integer') || types.includes('number')) return 'number'
  return types.includes('boolean') ? 'boolean' : 'text'
}

function isList({ type }: Schema): boolean {
  return type === 'array'
}
