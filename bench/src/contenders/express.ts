import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { serve } from './serve.ts'
import { CREDENTIALS, INPUT, JSON_HEADERS, TTL_SECONDS } from './work.ts'

/** The Express API of Twilio's tutorial: `express.json()`, twilio's `AccessToken`, routes for rooms. */
export const express: Contender = {
  name: 'express',
  title: 'Express tutorial',
  url: import.meta.url,
  mint: { method: 'POST', path: '/auth/token', headers: JSON_HEADERS, body: JSON.stringify(INPUT) },
}

if (import.meta.main) {
  await serve(async (port) => {
    const { default: express } = await import('express')
    const { default: twilio } = await import('twilio')
    const { AccessToken } = twilio.jwt
    const { accountSid, apiKeySid, apiKeySecret } = CREDENTIALS
    const client = twilio(apiKeySid, apiKeySecret, { accountSid })
    const videoUrl = process.env['TWILIO_VIDEO_URL']
    if (videoUrl !== undefined) client.video.baseUrl = videoUrl

    const app = express()
    app.use(express.json())
    app.post('/auth/token', (request, response) => {
      const { userId, roomSid } = (request.body ?? {}) as { userId?: unknown; roomSid?: unknown }
      if (typeof userId !== 'string' || userId === '' || typeof roomSid !== 'string' || roomSid === '') {
        response.status(400).send({ message: 'userId and roomSid are required' })
        return
      }
      const grant = new AccessToken.VideoGrant({ room: roomSid })
      const token = new AccessToken(accountSid, apiKeySid, apiKeySecret, { identity: userId, ttl: TTL_SECONDS })
      token.addGrant(grant)
      response.status(200).send({ userId, roomSid, token: token.toJwt() })
    })
    // Express 5 forwards a rejection by itself.
    // oxlint-disable-next-line oxc/no-async-endpoint-handlers
    app.get('/rooms/:sid', async (request, response) => {
      try {
        const { sid, uniqueName, status, dateCreated, maxParticipants } = await client.video.v1
          .rooms(request.params.sid)
          .fetch()
        response.status(200).send({ room: { sid, name: uniqueName, status, dateCreated, maxParticipants } })
      } catch (error) {
        response.status(400).send({ message: 'Unable to get room', error })
      }
    })
    const server = app.listen(port, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { port: (server.address() as AddressInfo).port }
  })
}
