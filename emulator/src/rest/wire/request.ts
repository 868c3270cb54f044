import type { FastifyRequest } from 'fastify'
import type { Participant, Room, State } from '../../state/index.ts'
import { findParticipant, findRoom } from '../../state/index.ts'
import { TwilioError } from '../../errors.ts'

/** Where a client found us: what it must put before a path to come back, as `https://host:port/prefix/v1`. */
export function baseUrl(request: FastifyRequest): string {
  return origin(request) + request.server.prefix
}

/** The address of the request itself, without its query. */
export function requestUrl(request: FastifyRequest): string {
  return origin(request) + pathOf(request)
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  const url = request.raw.url ?? ''
  const start = url.indexOf('?')
  return new URLSearchParams(start < 0 ? '' : url.slice(start))
}

/** The form that was sent; empty when the body was none. */
export function formOf(request: FastifyRequest): URLSearchParams {
  return request.body instanceof URLSearchParams ? request.body : new URLSearchParams()
}

/** The room in the path. @throws TwilioError 20404 */
export function roomOf(request: FastifyRequest, state: State): Room {
  return findRoom(state, pathParameter(request, 'room')) ?? notFound(request)
}

/** The participant in the path. @throws TwilioError 20404 */
export function participantOf(request: FastifyRequest, state: State): Participant {
  return findParticipant(roomOf(request, state), pathParameter(request, 'participant')) ?? notFound(request)
}

export function pathParameter(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? ''
}

/** Twilio names the resource without the version: `/Rooms/x`. */
export function notFound(request: FastifyRequest): never {
  const path = pathOf(request)
  const { prefix } = request.server
  const resource = path.startsWith(`${prefix}/`) ? path.slice(prefix.length) : path
  throw new TwilioError(20404, `The requested resource ${resource} was not found`)
}

function pathOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?', 1)[0] ?? ''
}

function origin(request: FastifyRequest): string {
  return `${request.protocol}://${request.host}`
}
