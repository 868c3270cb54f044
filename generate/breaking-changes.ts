import type { JsonSchema, OpenApiDocument } from '@roomkey/shared/openapi'

type Parameter = { $ref?: string; name?: string; in?: string; required?: boolean; schema?: JsonSchema }
type Media = Record<string, { schema: JsonSchema }>
type Operation = {
  operationId: string
  parameters?: Parameter[]
  requestBody?: { required: boolean; content: Media }
  responses: Record<string, { content?: Media }>
}

/** A change that breaks who called the operation as it was. */
export type BreakingChange = { operation: string; what: string }

/** What of a document breaks its callers, who send what they sent and read what they read. */
export function findBreakingChanges(before: OpenApiDocument, after: OpenApiDocument): BreakingChange[] {
  return operationsOf(before).flatMap(([address, old]) => {
    const operation = operationsOf(after).find(([known]) => known === address)?.[1]
    const whats = operation === undefined ? ['it is gone'] : compareOperations(old, operation, { before, after })
    return whats.map((what) => ({ operation: old.operationId, what }))
  })
}

type Documents = { before: OpenApiDocument; after: OpenApiDocument }
type Way = 'sent' | 'received'

function operationsOf({ paths }: OpenApiDocument): [address: string, operation: Operation][] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation as Operation,
    ]),
  )
}

function compareOperations(old: Operation, operation: Operation, documents: Documents): string[] {
  return [
    ...(old.operationId === operation.operationId ? [] : ['it has another name']),
    ...compareParameters(old.parameters ?? [], operation.parameters ?? [], documents),
    ...compareBodies(old, operation, documents),
    ...compareSuccess(old, operation, documents),
  ]
}

function compareParameters(old: Parameter[], parameters: Parameter[], documents: Documents): string[] {
  const own = (some: Parameter[]) =>
    new Map(some.flatMap((one) => (one.name === undefined ? [] : [[one.name, one] as const])))
  const known = own(old)
  const now = own(parameters)
  return [
    ...[...known].flatMap(([name, { schema = {} }]) => {
      const parameter = now.get(name)
      return parameter === undefined
        ? [`${name} is gone`]
        : compare(name, schema, parameter.schema ?? {}, 'sent', documents)
    }),
    ...[...now].flatMap(([name, { required }]) =>
      required && known.get(name)?.required !== true ? [`${name} is required`] : [],
    ),
  ]
}

function compareBodies(old: Operation, operation: Operation, documents: Documents): string[] {
  const [before] = Object.values(old.requestBody?.content ?? {})
  const [after] = Object.values(operation.requestBody?.content ?? {})
  if (before === undefined) return operation.requestBody?.required ? ['it needs a body'] : []
  if (after === undefined) return ['it takes no body']
  return compare('body', before.schema, after.schema, 'sent', documents)
}

function compareSuccess(old: Operation, operation: Operation, documents: Documents): string[] {
  const status = Object.keys(old.responses).find((one) => one.startsWith('2')) ?? ''
  const response = operation.responses[status]
  if (response === undefined) return [`it does not answer with ${status}`]
  return Object.entries(old.responses[status]?.content ?? {}).flatMap(([type, { schema }]) => {
    const now = response.content?.[type]
    return now === undefined
      ? [`it does not answer with ${type}`]
      : compare('response', schema, now.schema, 'received', documents)
  })
}

/** What is sent may come to be taken more widely; what is received may come to hold more fields. */
function compare(at: string, old: JsonSchema, now: JsonSchema, way: Way, documents: Documents): string[] {
  // By their names, which may not mean the same in both.
  const before = resolve(old, documents.before)
  const after = resolve(now, documents.after)
  if (JSON.stringify(withoutWords(before)) === JSON.stringify(withoutWords(after)) && !hasReference(before)) return []
  if (JSON.stringify(before.type) !== JSON.stringify(after.type)) return [`${at} is of another type`]
  return [
    ...compareChoices(at, before, after, way),
    ...(way === 'sent' ? compareBounds(at, before, after) : []),
    ...compareFields(at, before, after, way, documents),
    ...(before.items === undefined || after.items === undefined
      ? []
      : compare(`${at}[]`, before.items, after.items, way, documents)),
  ]
}

function compareChoices(at: string, before: JsonSchema, after: JsonSchema, way: Way): string[] {
  const [fewer, more] = way === 'sent' ? [after.enum, before.enum] : [before.enum, after.enum]
  if (fewer === undefined) return []
  const others = more?.filter((choice) => !fewer.includes(choice)) ?? ['anything']
  return others.map((choice) =>
    way === 'sent' ? `${at} may not be ${String(choice)}` : `${at} may be ${String(choice)}`,
  )
}

function compareBounds(at: string, before: JsonSchema, after: JsonSchema): string[] {
  const isTighter =
    (after.maximum ?? Infinity) < (before.maximum ?? Infinity) ||
    (after.minimum ?? -Infinity) > (before.minimum ?? -Infinity) ||
    (after.maxLength ?? Infinity) < (before.maxLength ?? Infinity) ||
    (after.minLength ?? 0) > (before.minLength ?? 0) ||
    (after.pattern !== undefined && after.pattern !== before.pattern)
  return isTighter ? [`${at} may not be all that it might`] : []
}

function compareFields(at: string, before: JsonSchema, after: JsonSchema, way: Way, documents: Documents): string[] {
  const { properties: known = {}, required: needed = [] } = before
  const { properties = {}, required = [] } = after
  return [
    ...Object.entries(known).flatMap(([name, schema]) => {
      const field = properties[name]
      return field === undefined ? [`${at}.${name} is gone`] : compare(`${at}.${name}`, schema, field, way, documents)
    }),
    ...(way === 'sent'
      ? required.filter((name) => !needed.includes(name)).map((name) => `${at}.${name} is required`)
      : needed
          .filter((name) => name in properties && !required.includes(name))
          .map((name) => `${at}.${name} may be left out`)),
  ]
}

function resolve(schema: JsonSchema, { components }: OpenApiDocument): JsonSchema {
  const name = schema.$ref?.split('/').at(-1)
  return name === undefined ? schema : (components.schemas[name] ?? {})
}

function hasReference(schema: JsonSchema): boolean {
  return JSON.stringify(schema).includes('"$ref"')
}

function withoutWords({ description: _words, ...schema }: JsonSchema): JsonSchema {
  return schema
}
