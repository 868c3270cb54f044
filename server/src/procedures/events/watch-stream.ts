import type { RoomRef, RoomSid } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import type { Action } from '../../access/policy.ts'
import { VideoError, isVideoError } from '../../core/video-error.ts'
import type { EventStream } from '../../events/event-stream.ts'
import type { Context } from '../context.ts'

export type WatchOptions = {
  /** What the caller does: the policy is asked for it again. */
  action: Action
  /** How they called each room, for what they are told; `undefined`: they do it to all rooms. */
  roomRefs: ReadonlyMap<string, RoomRef> | undefined
  /** Whether a room that is closed to the caller ends the stream, or is said in it while the others go on. */
  endsWithRoom: boolean
}

/** Ends a stream, or a room of it, when its caller may have it no longer: banned, no longer invited, signed out. */
export function watchStream(ctx: Context, stream: EventStream, { action, roomRefs, endsWithRoom }: WatchOptions): void {
  const { authorizer, caller: first } = ctx
  // Nothing that they showed can expire or be taken back while the server runs.
  if (authorizer.isDefaultPolicy && (first.kind === 'open' || first.kind === 'service')) return
  let caller = first

  const unwatch = ctx.accessWatch.add({
    roomSids: () => stream.roomSids(),
    async checkCaller() {
      caller = await ctx.authenticate()
    },
    async checkRoom(roomSid) {
      if (roomSid !== undefined) await authorizeRoom({ ...ctx, caller }, action, roomSid)
      else if (!(await authorizer.allows(caller, action, 'none', null))) {
        throw new VideoError('FORBIDDEN', `You may not call ${action} any more`)
      }
    },
    onCallerRefused: (error) => stream.fail(error),
    onRoomRefused(roomSid, error) {
      if (endsWithRoom || roomSid === undefined) stream.fail(error)
      else closeRoom(stream, { roomSid: roomSid as RoomSid, room: roomRefs?.get(roomSid) ?? roomSid, error })
    },
  })
  stream.onOver(unwatch)
}

/** Says in a stream of several rooms that one of them is closed to the caller, and why. */
export function closeRoom(
  stream: EventStream,
  { room, roomSid, error }: { room: RoomRef; roomSid: RoomSid | null; error: unknown },
): void {
  if (!isVideoError(error)) throw error
  const { code, message } = error
  stream.say((id) => ({ type: 'room-closed', id, room, roomSid, code, message }))
  if (roomSid !== null) stream.leave(roomSid)
}
