import type { FastifyInstance } from 'fastify'
import type { Clock } from '../clock.ts'
import type { Credentials } from '../credentials.ts'
import type { IceServer } from '../signaling/signaling.ts'
import { createAuthentication } from './wire/auth.ts'
import { acceptForms } from './wire/body.ts'
import { allowLocalPages } from './wire/cors.ts'
import { notFound, pathParameter } from './wire/request.ts'
import { defineResource } from './wire/resource.ts'

type AccountOptions = {
  credentials: Credentials
  clock: Clock
  /** By the host that the client reached. */
  iceServersFor: (host: string) => readonly IceServer[]
}

/**
 * What apps of Twilio Video ask Twilio's account API: who the account is, and ICE servers ("Network Traversal").
 * Source: Twilio "Account resource", "Tokens resource".
 */
export function accountRoutes(app: FastifyInstance, { credentials, clock, iceServersFor }: AccountOptions): void {
  allowLocalPages(app)
  const authenticate = createAuthentication(credentials)
  app.addHook('onRequest', async (request) => authenticate(request))
  // Set here, so that an unknown path asks for credentials, too.
  app.setNotFoundHandler(notFound)
  acceptForms(app)
  const created = clock.now()
  const { accountSid } = credentials
  const rfc2822 = (time: number): string => new Date(time).toUTCString().replace('GMT', '+0000')

  defineResource(app, '/Accounts/:file', {
    GET: (request) => {
      if (pathParameter(request, 'file') !== `${accountSid}.json`) return notFound(request)
      return {
        sid: accountSid,
        owner_account_sid: accountSid,
        friendly_name: 'Emulator',
        status: 'active',
        type: 'Full',
        auth_token: credentials.authToken,
        date_created: rfc2822(created),
        date_updated: rfc2822(created),
        uri: `/2010-04-01/Accounts/${accountSid}.json`,
        subresource_uris: {},
      }
    },
  })

  defineResource(app, '/Accounts/:account/Tokens.json', {
    POST: (request, reply) => {
      if (pathParameter(request, 'account') !== accountSid) return notFound(request)
      const now = rfc2822(clock.now())
      const servers = iceServersFor(request.host).flatMap(({ urls, ...rest }) =>
        [urls].flat().map((url) => ({ url, urls: url, ...rest })),
      )
      const token = { account_sid: accountSid, ttl: '86400', username: '', password: '', ice_servers: servers }
      return reply.code(201).send({ ...token, date_created: now, date_updated: now })
    },
  })
}
