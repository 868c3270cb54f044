import fc from 'fast-check'
import type { JsonSchema } from '@roomkey/shared/openapi'

type Schemas = Readonly<Record<string, JsonSchema>>
type Bounds = { minItems?: number; maxItems?: number; oneOf?: JsonSchema[] }

/** Values that fit a JSON Schema of the document's kind; what it says in words, or by conditions, is for others to filter. */
export function toArbitrary(schema: JsonSchema & Bounds, schemas: Schemas): fc.Arbitrary<unknown> {
  const { $ref, anyOf, type } = schema
  if ($ref !== undefined) return toArbitrary(schemas[$ref.split('/').at(-1) ?? ''] ?? {}, schemas)
  if (schema.const !== undefined) return fc.constant(schema.const)
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum)
  if (anyOf !== undefined && type === undefined) return fc.oneof(...anyOf.map((one) => toArbitrary(one, schemas)))
  if (type === 'object') return toObject(schema, schemas)
  if (type === 'array') {
    const { minItems = 0, maxItems = 3, items = {} } = schema
    return fc.array(toArbitrary(items, schemas), { minLength: minItems, maxLength: Math.min(maxItems, minItems + 3) })
  }
  if (type === 'boolean') return fc.boolean()
  if (type === 'integer') return fc.integer({ min: schema.minimum ?? 0, max: schema.maximum ?? 1_000_000 })
  return toText(schema)
}

function toObject({ properties = {}, required = [] }: JsonSchema, schemas: Schemas): fc.Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, schema]) => [name, toArbitrary(schema, schemas)] as const)
  return fc.record(Object.fromEntries(fields), { requiredKeys: required })
}

function toText({ format, pattern, minLength = 0, maxLength = 40 }: JsonSchema): fc.Arbitrary<string> {
  if (format === 'uuid') return fc.uuid({ version: 4 })
  if (format === 'date-time')
    return fc.integer({ min: 0, max: 4e9 }).map((s) => `${new Date(s * 1000).toISOString().slice(0, 19)}Z`)
  // A name's pattern says what it may not hold; others say what they are.
  if (pattern !== undefined && !pattern.startsWith('^[^')) return fc.stringMatching(new RegExp(pattern))
  return fc.string({ unit: 'grapheme-ascii', minLength: Math.max(minLength, 1), maxLength })
}
