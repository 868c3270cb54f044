import type { AddressInfo } from 'node:net'
import type { Contender } from '../contender.ts'
import { serve } from './serve.ts'
import { CREDENTIALS, INPUT, JSON_HEADERS, TTL_SECONDS } from './work.ts'

/** A LiveKit token server as its documentation writes it: Express and `livekit-server-sdk`. */
export const livekit: Contender = {
  name: 'livekit',
  title: 'LiveKit token server',
  url: import.meta.url,
  mint: {
    method: 'POST',
    path: '/token',
    headers: JSON_HEADERS,
    body: JSON.stringify({ room: INPUT.roomSid, identity: INPUT.userId }),
  },
}

if (import.meta.main) {
  await serve(async (port) => {
    const { default: express } = await import('express')
    const { AccessToken } = await import('livekit-server-sdk')
    const app = express()
    app.use(express.json())
    // Express 5 forwards a rejection by itself.
    // oxlint-disable-next-line oxc/no-async-endpoint-handlers
    app.post('/token', async (request, response) => {
      const { room, identity } = (request.body ?? {}) as { room?: unknown; identity?: unknown }
      if (typeof room !== 'string' || room === '' || typeof identity !== 'string' || identity === '') {
        response.status(400).json({ message: 'room and identity are required' })
        return
      }
      const token = new AccessToken(CREDENTIALS.apiKeySid, CREDENTIALS.apiKeySecret, { identity, ttl: TTL_SECONDS })
      token.addGrant({ roomJoin: true, room })
      response.json({ identity, room, token: await token.toJwt() })
    })
    const server = app.listen(port, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    return { port: (server.address() as AddressInfo).port }
  })
}
