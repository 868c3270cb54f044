import type { AnyProcedure } from '@roomkey/shared'
import type { FastifyRequest } from 'fastify'
import { VideoError, invalidField } from '../../core/video-error.ts'
import { readFields } from './body.ts'
import { findFieldKinds, toFieldValue, type FieldKind } from './field-kinds.ts'

/** Puts the input of a procedure together from path, query and body. */
export type ReadInput = (request: FastifyRequest) => Record<string, unknown> | undefined

/**
 * Makes the reader of a procedure's input. Fields named in the path come from there, the others of a GET from the query,
 * and those of anything else from the body.
 */
export function createReadInput({ input, http, kind }: AnyProcedure): ReadInput {
  let kinds: ReadonlyMap<string, FieldKind> | undefined

  function readTexts(texts: Readonly<Record<string, string | string[]>>): Record<string, unknown> {
    if (input === null) return { ...texts }
    // Not at start, where it would take a millisecond for each procedure.
    kinds ??= findFieldKinds(input)
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, toFieldValue(text, kinds?.get(name) ?? 'text')]),
    )
  }

  return (request) => {
    const params = request.params as Record<string, string>
    const query = request.query as Record<string, string | string[]>
    const isRead = http.method === 'GET'
    if (!isRead) refuseQuery(query, params)
    const others = isRead ? readTexts(query) : readFields(request)
    if (kind === 'subscription') takeLastEventId(others, request)
    for (const name of Object.keys(params)) {
      if (Object.hasOwn(others, name)) throw invalidField(name, 'stands in the path already; leave it out elsewhere')
    }
    if (input !== null) return Object.assign(others, readTexts(params))
    const [unknown] = Object.keys(others)
    if (unknown !== undefined) throw invalidField(unknown.slice(0, 64), 'unknown field')
    return undefined
  }
}

/** `EventSource` and the like say in a header where they broke off. */
function takeLastEventId(input: Record<string, unknown>, { headers }: FastifyRequest): void {
  const lastEventId = headers['last-event-id']
  if (typeof lastEventId === 'string' && lastEventId !== '') input['lastEventId'] = lastEventId
}

/** A POST takes its fields from the body: those in the query would be ignored without a word. */
function refuseQuery(query: object, params: object): void {
  const [name] = Object.keys(query)
  if (name === undefined) return
  const place = Object.hasOwn(params, name) ? 'path' : 'body'
  throw new VideoError('INVALID_INPUT', `This takes nothing in the query: send fields in the ${place}, as JSON`)
}
