import { z } from 'zod'

/** A JSON Schema (draft 2020-12), as far as the contract's documents look into it. */
export interface JsonSchema {
  $ref?: string
  type?: string | string[]
  enum?: unknown[]
  const?: unknown
  format?: string
  description?: string
  default?: unknown
  items?: JsonSchema
  anyOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean | JsonSchema
  pattern?: string
  minimum?: number
  maximum?: number
  minLength?: number
  maxLength?: number
}

/** Schemas as JSON Schema, each under its name and referring to the others by it. */
export interface NamedSchemas {
  /** By name, without what nothing refers to. */
  readonly byName: Readonly<Record<string, JsonSchema>>
  /** The name a schema has; of one without a name, `undefined`. */
  nameOf: (schema: z.ZodType) => string | undefined
}

/**
 * Turns what a module exports as `XSchema` into the JSON Schema named `X`.
 *
 * Everything is shown as a caller sends it: for what comes back that is the same, save that a caller must expect fields
 * which are not listed.
 */
export function nameSchemas(exports: Readonly<Record<string, unknown>>): NamedSchemas {
  const registry = z.registry<{ id: string }>()
  for (const [name, schema] of Object.entries(exports)) {
    if (name.endsWith(SUFFIX) && schema instanceof z.ZodType)
      registry.add(schema, { id: name.slice(0, -SUFFIX.length) })
  }
  const { schemas } = z.toJSONSchema(registry, {
    io: 'input',
    uri: toReference,
    override: ({ jsonSchema }) => tidy(jsonSchema as JsonSchema),
  })
  return {
    byName: Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _dialect, $id: _id, ...schema }]) => [name, schema as JsonSchema]),
    ),
    nameOf: (schema) => registry.get(schema)?.id,
  }
}

/** How one schema refers to another by its name. */
export function toReference(name: string): string {
  return `#/components/schemas/${name}`
}

/** The name in a reference; `undefined` where there is none. */
export function parseReference({ $ref }: JsonSchema): string | undefined {
  return $ref?.slice(toReference('').length)
}

const SUFFIX = 'Schema'

/** Takes away what says nothing: the pattern of a format, and the bounds that every whole number has. */
function tidy(schema: JsonSchema): void {
  if (schema.format !== undefined) delete schema.pattern
  // The format takes any time zone, and Roomkey one.
  if (schema.format === 'date-time') schema.pattern = 'Z$'
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
}
