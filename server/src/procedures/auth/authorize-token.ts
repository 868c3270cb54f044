import { randomBytes } from 'node:crypto'
import {
  formatGuestIdentity,
  isRoomSid,
  type GetTokenInput,
  type Identity,
  type Invite,
  type RoomRef,
} from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import { refuseBanned } from '../../access/refuse-banned.ts'
import { roomNotFound } from '../../access/refusals.ts'
import type { Caller } from '../../core/caller.ts'
import { toReadable } from '../../core/user-name.ts'
import { VideoError, invalidField, isVideoError } from '../../core/video-error.ts'
import { findGuessedInvite } from '../../identity/guessed-invite.ts'
import { inviteNotFound } from '../../identity/invite-secret.ts'
import { toAddressKey, toLimitKey } from '../../limits/limit-key.ts'
import type { Context } from '../context.ts'

/** Whom an access token is signed for, for which room, and for how long at most. */
export type TokenGrant = { identity: Identity; room: RoomRef; maxTtlSeconds?: number }

type TokenRequest = Omit<GetTokenInput, 'ttlSeconds'>
type CallerOf<TKind extends Caller['kind']> = Caller & { kind: TKind }

/**
 * Decides `auth.getToken`: users enter as themselves, guests under a marked name of their choosing, services let
 * anyone in. An invitation is spent only after everything else is found in order.
 */
export function authorizeToken(
  ctx: Context,
  request: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  const { caller } = ctx
  if (caller.kind === 'user') return authorizeUser(ctx, caller, request, signal)
  if (caller.kind === 'service') return authorizeService(ctx, request, signal)
  if (caller.kind === 'guest') return authorizeGuest(ctx, caller, request, signal)
  if (caller.kind === 'open' || caller.kind === 'passcode') return authorizeOpen(ctx, request, signal)
  return authorizeAnonymous(ctx, request, signal)
}

/** A user, who is who their sign-in says: into a room that is theirs to enter, or by an invitation. */
async function authorizeUser(
  ctx: Context,
  { identity }: CallerOf<'user'>,
  { invite: secret, roomSid: roomRef, userId }: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  if (secret !== undefined) {
    const invite = await findInvite(ctx, secret)
    await requireFitting(ctx, invite, roomRef)
    requireSelf(identity, userId, invite.roomSid)
    return enterAsMember(ctx, invite, identity)
  }
  const room = requireRoom(roomRef)
  requireSelf(identity, userId, room)
  try {
    return { identity, room: await authorizeRoom(ctx, 'auth.getToken', room, signal) }
  } catch (error) {
    throw isVideoError(error) ? error.about({ target: identity }) : error
  }
}

/** A backend of the team's, which speaks for anyone. */
async function authorizeService(
  ctx: Context,
  request: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  if (request.invite === undefined) return await authorizeAnyone(ctx, request, signal)
  const invite = await ctx.invitations.findBySecret(request.invite)
  await requireFitting(ctx, invite, request.roomSid)
  return enterAsMember(ctx, invite, requireUserId(request.userId))
}

/** Whoever calls an open server, or has the passcode. */
function authorizeOpen(ctx: Context, request: TokenRequest, signal: AbortSignal | undefined): Promise<TokenGrant> {
  if (request.invite === undefined) return authorizeAnyone(ctx, request, signal)
  return enterByInvite(ctx, request.invite, request)
}

/** Whoever shows an invitation as their credential; that one lets them in, unless they name another. */
async function authorizeGuest(
  ctx: Context,
  { inviteId }: CallerOf<'guest'>,
  request: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  if (request.invite !== undefined) return enterByInvite(ctx, request.invite, request)
  await authorizeRoom(ctx, 'auth.getToken', requireRoom(request.roomSid), signal)
  const invite = await ctx.invitations.find(inviteId)
  if (invite === undefined) throw inviteNotFound()
  return enterAsGuest(ctx, invite, request)
}

/** Whoever shows nothing: an invitation must let them in. */
async function authorizeAnonymous(
  ctx: Context,
  request: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  if (request.invite !== undefined) return enterByInvite(ctx, request.invite, request)
  const room = await authorizeRoom(ctx, 'auth.getToken', requireRoom(request.roomSid), signal)
  return { identity: requireUserId(request.userId), room }
}

/** For callers who may let in whom they like: bans hold all the same. */
async function authorizeAnyone(
  ctx: Context,
  { roomSid, userId }: TokenRequest,
  signal: AbortSignal | undefined,
): Promise<TokenGrant> {
  const room = await authorizeRoom(ctx, 'auth.getToken', requireRoom(roomSid), signal)
  const identity = requireUserId(userId)
  await refuseBanned(ctx, room, identity, signal)
  return { identity, room }
}

/** Makes the identity a member of the invitation's room, good or not: the banned are to hear that they are. */
async function enterAsMember({ invitations }: Context, invite: Invite, identity: Identity): Promise<TokenGrant> {
  await invitations.redeem(invite, 'enterAsMember', identity)
  return { identity, room: invite.roomSid }
}

/** Lets somebody in whom nobody knows, by an invitation they show. */
async function enterByInvite(ctx: Context, secret: string, request: TokenRequest): Promise<TokenGrant> {
  return enterAsGuest(ctx, await findInvite(ctx, secret), request)
}

/** Lets somebody in whom nobody knows, under the name they give and a mark that it is only that. */
async function enterAsGuest(ctx: Context, invite: Invite, { roomSid, userId }: TokenRequest): Promise<TokenGrant> {
  ctx.invitations.assertValid(invite)
  await requireFitting(ctx, invite, roomSid)
  if (userId === undefined) throw invalidField('userId', 'must be the name to be seen under')
  const identity = toGuestIdentity(userId)
  await ctx.invitations.redeem(invite, 'enterAsGuest', identity)
  return { identity, room: invite.roomSid, maxTtlSeconds: ctx.guestTokenTtlSeconds }
}

/** The invitation that a caller shows, who may be guessing, and may pretend to be many. */
async function findInvite(ctx: Context, secret: string): Promise<Invite> {
  const { caller, source } = ctx
  return findGuessedInvite(
    ctx,
    secret,
    caller.kind === 'guest' ? toAddressKey(source.ip) : toLimitKey(caller, source.ip),
  )
}

/** @throws VideoError `FORBIDDEN`, and `ROOM_NOT_FOUND` where another room is meant. */
async function requireFitting(
  { authorizer, caller }: Context,
  invite: Invite,
  roomRef: RoomRef | undefined,
): Promise<void> {
  const relation = invite.role === 'host' ? 'host' : 'invited'
  if (!(await authorizer.allows(caller, 'auth.getToken', relation, invite.roomSid))) {
    throw new VideoError('FORBIDDEN', 'This invitation may not be used here', { subject: { room: invite.roomSid } })
  }
  if (roomRef !== undefined && isRoomSid(roomRef) && roomRef !== invite.roomSid) throw roomNotFound(roomRef)
}

function requireSelf(identity: Identity, userId: string | undefined, room: RoomRef): void {
  if (userId === undefined || userId === identity) return
  const message = `You are "${identity}" and get tokens for yourself only: leave userId out`
  throw new VideoError('FORBIDDEN', message, { subject: { room, target: userId } })
}

function requireRoom(roomSid: RoomRef | undefined): RoomRef {
  if (roomSid === undefined) throw invalidField('roomSid', 'must be a room SID or name')
  return roomSid
}

function requireUserId(userId: string | undefined): Identity {
  if (userId === undefined) throw invalidField('userId', 'must say who the token is for')
  return userId as Identity
}

/** Whoever is here under a name of their own choosing is to be seen by it. */
function toGuestIdentity(chosen: string): Identity {
  const name = toReadable(chosen)
  if (name === undefined) throw invalidField('userId', 'must be a name that can be seen')
  try {
    return formatGuestIdentity(name, randomBytes(6).toString('base64url'))
  } catch (cause) {
    const message =
      "must be shorter: a guest's name has room for about 110 characters; those outside ASCII count as two"
    throw invalidField('userId', message, cause)
  }
}
