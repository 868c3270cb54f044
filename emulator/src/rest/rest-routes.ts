import type { FastifyInstance } from 'fastify'
import type { Credentials } from '../credentials.ts'
import type { State } from '../state/index.ts'
import { createAuthentication } from './wire/auth.ts'
import { acceptForms } from './wire/body.ts'
import { allowLocalPages } from './wire/cors.ts'
import { participantRoutes } from './participants.ts'
import { recordingRoutes } from './recordings.ts'
import { createQuotaCheck, type Quota } from './quota.ts'
import { notFound } from './wire/request.ts'
import { roomRoutes } from './rooms.ts'
import { transcriptionRoutes } from './transcriptions.ts'

export type RestOptions = {
  state: State
  credentials: Credentials
  /** Whether rooms may be for more than 50. */
  largeRooms: boolean
  /** Requests that are taken in a second. */
  quota: Quota | undefined
}

/** Twilio's Video REST API, version 1, under the prefix it is registered with. */
export function restRoutes(app: FastifyInstance, options: RestOptions): void {
  const { state, credentials, largeRooms, quota } = options
  allowLocalPages(app)
  const authenticate = createAuthentication(credentials)
  app.addHook('onRequest', async (request) => authenticate(request))
  if (quota) app.addHook('onRequest', createQuotaCheck(quota, state.clock))
  // Set here, so that an unknown path asks for credentials, too.
  app.setNotFoundHandler(notFound)
  acceptForms(app)
  roomRoutes(app, state, largeRooms)
  participantRoutes(app, state)
  recordingRoutes(app, state)
  transcriptionRoutes(app, state)
}
