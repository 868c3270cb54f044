import type { FastifyInstance, FastifyRequest } from 'fastify'
import { deleteRecording, type Recording, type State } from '../state/index.ts'
import { createdWithin, DATE_FIELDS } from './wire/date-filter.ts'
import { formatRecording } from './wire/format.ts'
import { field, parseFields } from './wire/input.ts'
import { formatPage } from './wire/page.ts'
import { baseUrl, notFound, pathParameter, queryOf } from './wire/request.ts'
import { defineResource } from './wire/resource.ts'

/** The records of recordings, in the account and in a room. There is no media. Source: Twilio "Recordings resource". */
export function recordingRoutes(app: FastifyInstance, state: State): void {
  const scopes = [
    { scope: 'account', path: '/Recordings', recordings: () => state.recordings },
    {
      scope: 'room',
      path: '/Rooms/:room/Recordings',
      // By SID only, unlike the other resources of a room.
      recordings: (request: FastifyRequest) =>
        state.rooms.get(pathParameter(request, 'room'))?.recordings ?? notFound(request),
    },
  ] as const

  for (const { scope, path, recordings } of scopes) {
    const recordingOf = (request: FastifyRequest): Recording =>
      recordings(request).get(pathParameter(request, 'recording')) ?? notFound(request)

    defineResource(app, path, {
      GET: (request) => {
        const filters = parseFields(queryOf(request), LIST_FIELDS)
        const items = [...recordings(request).values()]
          .toReversed()
          .filter(({ status }) => (filters.Status ? status === filters.Status : status !== 'deleted'))
          .filter(({ sourceSid }) => filters.SourceSid === undefined || sourceSid === filters.SourceSid)
          .filter(({ type }) => filters.MediaType === undefined || type === filters.MediaType)
          .filter(({ room, participantSid }) =>
            (filters.GroupingSid ?? []).every((sid) => sid === room.sid || sid === participantSid),
          )
          .filter(createdWithin(filters))
        return formatPage(request, {
          key: 'recordings',
          items,
          maxPageSize: 100,
          format: (recording) => formatRecording(baseUrl(request), recording, scope),
        })
      },
    })

    defineResource(app, `${path}/:recording`, {
      GET: (request) => formatRecording(baseUrl(request), recordingOf(request), scope),
      DELETE: (request, reply) => {
        deleteRecording(state, recordingOf(request))
        return reply.code(204).send()
      },
    })

    defineResource(app, `${path}/:recording/Media`, { GET: (request) => notFound(request) })
  }
}

const LIST_FIELDS = {
  Status: field.oneOf(['processing', 'completed', 'deleted', 'failed']),
  SourceSid: field.text(),
  GroupingSid: field.texts(),
  MediaType: field.oneOf(['audio', 'video', 'data']),
  ...DATE_FIELDS,
}
