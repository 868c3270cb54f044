import type { AccessToken, RecordingRules, Room } from '@roomkey/shared'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hasCode, VideoError, isVideoError } from '../../core/video-error.ts'
import { signRoomlessToken, type Context } from '../../rpc/call.ts'
import { fromFastifyError } from '../error-handler.ts'
import { logFailure } from '../log.ts'
import { refuseOtherMethods } from '../other-methods.ts'
import { acceptJson, readFields } from '../rest/body.ts'
import { createCall, type CallByName, type CompatOptions } from './options.ts'
import { PluginError, toPluginError } from './plugin-error.ts'
import { toTwilioCode } from './twilio-code.ts'

/** The plugin's tokens live four hours. */
const TTL_SECONDS = 14_400

type TokenRequest = { identity: string; roomName: string | undefined; createsRoom: boolean }

/**
 * The wire of Twilio's `plugin-rtc`, for Twilio's reference apps: the React app of the web, and those of iOS and Android.
 * Chat is not part of it: `create_conversation` is read and does nothing, since the plugin answers the same with it and
 * without, and its errors would keep apps from a call that works. Tokens open no conversation.
 */
export async function addPluginRoutes(app: FastifyInstance, options: CompatOptions): Promise<void> {
  const call = createCall(options.router)
  acceptJson(app)
  app.setErrorHandler((error, request, reply) => sendPluginError(request, reply, error))

  for (const path of ['/token', '/recordingrules']) refuseOtherMethods(app, path, ['POST'])

  app.post('/token', async (request) => {
    const fields = readFields(request)
    const ctx = await findCaller(request, fields, options)
    const wanted = readTokenRequest(fields)
    if (wanted.createsRoom && wanted.roomName !== undefined) await openRoom(ctx, call, wanted.roomName)
    return { token: await signToken(ctx, call, wanted), room_type: 'group' }
  })

  app.post('/recordingrules', async (request, reply) => {
    const fields = readFields(request)
    const ctx = await findCaller(request, fields, options)
    const { room_sid: roomSid, rules } = fields
    if (!roomSid) throw new PluginError(400, 'missing room_sid', 'The room_sid parameter is missing.')
    if (!rules) throw new PluginError(400, 'missing rules', 'The rules parameter is missing.')
    try {
      const updated = await call<RecordingRules>(ctx, 'recordingRules.update', { roomSid, rules: toRules(rules) })
      return {
        roomSid: updated.roomSid,
        rules: updated.rules,
        dateCreated: updated.createdAt,
        dateUpdated: updated.updatedAt,
      }
    } catch (thrown) {
      if (!isVideoError(thrown)) throw thrown
      logFailure(request.log, thrown, '/recordingrules')
      const code = thrown.code === 'INVALID_INPUT' ? INVALID_RECORDING_RULE : toTwilioCode(thrown)
      return reply.code(500).send({ error: { message: thrown.message, code } })
    }
  })
}

/** Source: Twilio error 53120. */
const INVALID_RECORDING_RULE = 53120

/** Who calls: by the passcode, or by an ID token that stands in `Authorization` without `Bearer`. */
async function findCaller(
  request: FastifyRequest,
  { passcode }: Record<string, unknown>,
  options: CompatOptions,
): Promise<Context> {
  if (request.headers.authorization !== undefined || request.headers['x-api-key'] !== undefined) {
    return options.createRawTokenContext(request)
  }
  if (!options.asksForPasscode) return options.createContext(request)
  return options.createPasscodeContext(request, typeof passcode === 'string' ? passcode : '')
}

function readTokenRequest(fields: Record<string, unknown>): TokenRequest {
  const { user_identity: identity, room_name: roomName, create_room: createsRoom = true } = fields
  for (const name of ['create_room', 'create_conversation']) {
    if (fields[name] === undefined || typeof fields[name] === 'boolean') continue
    throw new PluginError(400, 'invalid parameter', `A boolean value must be provided for the ${name} parameter`)
  }
  if (typeof identity !== 'string' || identity === '')
    throw new PluginError(400, 'missing user_identity', 'The user_identity parameter is missing.')
  const isNamed = typeof roomName === 'string' && roomName !== ''
  if (!isNamed && createsRoom === true) {
    throw new PluginError(
      400,
      'missing room_name',
      'The room_name parameter is missing. room_name is required when create_room is true.',
    )
  }
  return {
    identity,
    roomName: isNamed ? roomName : undefined,
    createsRoom: createsRoom === true,
  }
}

/** Finds the room, or makes it: open to all who sign in, since these apps have no invitations. A taken name is success. */
async function openRoom(ctx: Context, call: CallByName, roomName: string): Promise<void> {
  try {
    await call<Room>(ctx, 'rooms.get', { sid: roomName })
  } catch (thrown) {
    if (!hasCode(thrown, 'ROOM_NOT_FOUND')) throw toPluginError(thrown, 'error creating room')
    try {
      await call<Room>(ctx, 'rooms.create', { roomName, access: 'signed-in' })
    } catch (error) {
      if (!hasCode(error, 'ROOM_NAME_TAKEN')) throw toPluginError(error, 'error creating room')
    }
  }
}

/**
 * A sign-in probe creates no room, and names one that is not there, or none: it is told whether the caller is known, never
 * that there is no such room.
 */
async function signToken(
  ctx: Context,
  call: CallByName,
  { identity, roomName, createsRoom }: TokenRequest,
): Promise<string> {
  if (roomName === undefined) return signRoomlessToken(ctx, toIdentity(ctx, identity), TTL_SECONDS)
  // Who signs in is who their sign-in says, whatever they are called in the app.
  const userId = ctx.caller.kind === 'user' ? undefined : identity
  try {
    const input = { ...(userId !== undefined && { userId }), roomSid: roomName, ttlSeconds: TTL_SECONDS }
    return (await call<AccessToken>(ctx, 'auth.getToken', input)).token
  } catch (thrown) {
    if (createsRoom || !hasCode(thrown, 'ROOM_NOT_FOUND')) throw thrown
    return signRoomlessToken(ctx, toIdentity(ctx, identity), TTL_SECONDS)
  }
}

function toIdentity({ caller }: Context, identity: string): string {
  return caller.kind === 'user' ? caller.identity : identity
}

/** Twilio takes the text for the truth here. */
function toRules(rules: unknown): unknown {
  if (!Array.isArray(rules)) return rules
  return rules.map((rule: unknown) => {
    const isObject = typeof rule === 'object' && rule !== null
    return isObject && 'all' in rule && rule.all === 'true' ? { ...rule, all: true } : rule
  })
}

function sendPluginError(request: FastifyRequest, reply: FastifyReply, thrown: unknown): FastifyReply {
  const error = thrown instanceof PluginError ? thrown : toPluginError(fromFastifyError(thrown))
  const { cause } = error
  if (cause instanceof VideoError) {
    logFailure(request.log, cause, request.routeOptions.url)
    if (cause.retryAfterSeconds !== undefined) reply.header('retry-after', cause.retryAfterSeconds)
  }
  return reply.code(error.status).send({ error: { message: error.message, explanation: error.explanation } })
}
