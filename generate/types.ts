import { parseReference, type JsonSchema } from '@roomkey/shared/openapi'
import type { Source } from './source.ts'

/** A field of an object type, in words. */
export interface Field {
  name: string
  /** In Markdown: `` `host` or `guest` ``, `integer, 1–50`. */
  type: string
  isRequired: boolean
  default: unknown
  description: string
}

type Types = Source['types']

/** The fields of a type, if it is an object's. */
export function fieldsOf(types: Types, typeName: string): Field[] {
  const { properties = {}, required = [] } = types[typeName] ?? {}
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    type: toWords(types, schema),
    isRequired: required.includes(name),
    default: schema.default,
    description: schema.description ?? '',
  }))
}

/** Whether a type is an object's, so that it has fields to show. */
export function hasFields(types: Types, typeName: string): boolean {
  return types[typeName]?.properties !== undefined
}

/** The object types that a type's fields are made of. */
export function typesWithin(types: Types, typeName: string): string[] {
  const found = Object.values(types[typeName]?.properties ?? {}).flatMap(referencesIn)
  return found.filter((name) => hasFields(types, name))
}

function referencesIn(schema: JsonSchema): string[] {
  const name = parseReference(schema)
  const parts = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])]
  return [...(name === undefined ? [] : [name]), ...parts.flatMap(referencesIn)]
}

function toWords(types: Types, schema: JsonSchema): string {
  const reference = parseReference(schema)
  if (reference !== undefined) {
    if (hasFields(types, reference)) return `[\`${reference}\`](#${reference.toLowerCase()})`
    return toWords(types, types[reference] ?? {})
  }
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ')
  if (schema.anyOf !== undefined) return schema.anyOf.map((part) => toWords(types, part)).join(' or ')
  if (Array.isArray(schema.type)) return schema.type.map((type) => toWords(types, { ...schema, type })).join(' or ')
  if (schema.type === 'null') return '`null`'
  if (schema.type === 'array') return `list of ${toWords(types, schema.items ?? {})}`
  if (schema.type === 'string' && schema.format !== undefined) return FORMATS[schema.format] ?? schema.format
  return `${schema.type ?? 'any'}${toRange(schema)}`
}

const FORMATS: Readonly<Record<string, string>> = {
  'date-time': 'instant, ISO 8601 in UTC',
  uri: 'URL',
  jwt: 'JWT',
  uuid: 'UUID',
}

function toRange({ minimum, maximum, minLength, maxLength, pattern }: JsonSchema): string {
  if (minimum !== undefined && maximum !== undefined) return `, ${formatNumber(minimum)}–${formatNumber(maximum)}`
  if (minLength !== undefined && maxLength !== undefined) {
    return `, ${formatNumber(minLength)}–${formatNumber(maxLength)} characters`
  }
  return pattern === undefined ? '' : ` matching \`${pattern}\``
}

function formatNumber(value: number): string {
  return value.toLocaleString('en-US')
}
