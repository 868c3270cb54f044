import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { createTranscription, updateTranscription, type State, type Transcription } from '../state/index.ts'
import { formatTranscription } from './wire/format.ts'
import { field, parseFields } from './wire/input.ts'
import { formatPage } from './wire/page.ts'
import { baseUrl, formOf, notFound, pathParameter, roomOf } from './wire/request.ts'
import { defineResource } from './wire/resource.ts'

/** How to transcribe: what it means is up to the engine, and comes back as texts. */
export const TRANSCRIPTION_CONFIGURATION = field.json(
  20001,
  z.record(
    z.string().max(64),
    z.union([z.string().max(60_000), z.number(), z.boolean(), z.array(z.string()).max(500)]).transform(String),
  ),
)

const CREATE_FIELDS = { Configuration: TRANSCRIPTION_CONFIGURATION }
const UPDATE_FIELDS = { Status: field.oneOf(['started', 'stopped']), Configuration: TRANSCRIPTION_CONFIGURATION }

/** Transcriptions of rooms. Source: Twilio "Real-time Transcriptions for Video". */
export function transcriptionRoutes(app: FastifyInstance, state: State): void {
  const transcriptionOf = (request: FastifyRequest): Transcription => {
    const { transcription } = roomOf(request, state)
    return transcription?.id === pathParameter(request, 'transcription') ? transcription : notFound(request)
  }

  defineResource(app, '/Rooms/:room/Transcriptions', {
    POST: (request, reply) => {
      const { Configuration } = parseFields(formOf(request), CREATE_FIELDS)
      const transcription = createTranscription(state, roomOf(request, state), Configuration)
      return reply.code(202).send(formatTranscription(baseUrl(request), transcription))
    },
    GET: (request) => {
      const { transcription } = roomOf(request, state)
      return formatPage(request, {
        key: 'transcriptions',
        items: transcription ? [transcription] : [],
        format: (each) => formatTranscription(baseUrl(request), each),
      })
    },
  })

  defineResource(app, '/Rooms/:room/Transcriptions/:transcription', {
    GET: (request) => formatTranscription(baseUrl(request), transcriptionOf(request)),
    POST: (request, reply) => {
      const transcription = transcriptionOf(request)
      const { Status: status, Configuration: configuration } = parseFields(formOf(request), UPDATE_FIELDS)
      updateTranscription(state, transcription, { status, configuration })
      return reply.code(202).send(formatTranscription(baseUrl(request), transcription))
    },
  })
}
