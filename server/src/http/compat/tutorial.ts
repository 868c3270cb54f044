import type { AccessToken, Room, RoomList } from '@roomkey/shared'
import { HTTP_STATUSES } from '@roomkey/shared/openapi'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { VideoError } from '../../core/video-error.ts'
import { fromFastifyError } from '../error-handler.ts'
import { logFailure } from '../log.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { acceptJson, readFields } from '../rest/body.ts'
import { createCall, type CompatOptions } from './options.ts'
import { toTwilioCode } from './twilio-code.ts'
import { toTwilioRoom } from './twilio-room.ts'

/**
 * The REST API of the tutorial that Roomkey grew out of, for front ends made for it. Its rooms and errors are Twilio's; who
 * may do what is as everywhere.
 */
export async function addTutorialRoutes(app: FastifyInstance, options: CompatOptions): Promise<void> {
  const { createContext } = options
  const call = createCall(options.router)
  acceptJson(app)
  app.setErrorHandler((error, request, reply) => sendTutorialError(request, reply, fromFastifyError(error)))
  for (const path of ['/auth/token', '/rooms/create', '/rooms/:sid/complete']) refuseOtherMethods(app, path, ['POST'])
  for (const path of ['/rooms', '/rooms/:sid']) refuseOtherMethods(app, path, ['GET', 'HEAD'])

  app.post('/auth/token', async (request) => {
    const ctx = await createContext(request)
    const { userId, roomSid } = readFields(request)
    const granted = await call<AccessToken>(ctx, 'auth.getToken', { userId, roomSid })
    return { userId: granted.userId, roomSid: granted.roomSid, token: granted.token }
  })

  app.post('/rooms/create', async (request) => {
    const ctx = await createContext(request)
    const { roomName } = readFields(request)
    // Its form sends the field as it is when nobody has typed a name.
    const input = roomName === undefined || roomName === null || roomName === '' ? {} : { roomName }
    return toTwilioRoom(await call<Room>(ctx, 'rooms.create', input), ctx.accountSid)
  })

  app.get('/rooms', async (request) => {
    const { rooms } = await call<RoomList>(await createContext(request), 'rooms.list', { limit: 20 })
    const activeRooms = rooms.map(({ sid, name }) => ({ sid, name }))
    return activeRooms.length > 0 ? { activeRooms } : { message: 'No active rooms found', activeRooms }
  })

  app.get('/rooms/:sid', async (request) => {
    const ctx = await createContext(request)
    return { room: toTwilioRoom(await call<Room>(ctx, 'rooms.get', request.params as object), ctx.accountSid) }
  })

  app.post('/rooms/:sid/complete', async (request) => {
    const ctx = await createContext(request)
    const { sid, name } = await call<Room>(ctx, 'rooms.complete', request.params as object)
    return { closedRoom: { sid, name } }
  })
}

function sendTutorialError(request: FastifyRequest, reply: FastifyReply, error: VideoError): FastifyReply {
  logFailure(request.log, error, request.routeOptions.url)
  const status = HTTP_STATUSES[error.code]
  const code = toTwilioCode(error)
  if (error.retryAfterSeconds !== undefined) reply.header('retry-after', error.retryAfterSeconds)
  return reply.code(status).send({
    message: error.message,
    error: { status, code, moreInfo: `https://www.twilio.com/docs/errors/${code}` },
  })
}
