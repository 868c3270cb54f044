import type { RoomRef, RoomSid } from '@roomkey/shared'
import { authorizeRoom } from '../../access/authorize-room.ts'
import type { Watched } from '../../access/access-watch.ts'
import type { Action } from '../../access/policy.ts'
import type { Caller } from '../../core/caller.ts'
import { VideoError, isVideoError } from '../../core/video-error.ts'
import type { RoomEventStream } from '../../events/event-stream.ts'
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
export function watchStream(ctx: Context, stream: RoomEventStream, options: WatchOptions): void {
  const { authorizer, caller } = ctx
  // Nothing that they showed can expire or be taken back while the server runs.
  if (authorizer.isDefaultPolicy && (caller.kind === 'open' || caller.kind === 'service')) return
  stream.onOver(ctx.accessWatch.add(new WatchedStream(ctx, stream, options)))
}

/** A class, since there are thousands: its methods are made once for all of them. */
class WatchedStream implements Watched {
  readonly #ctx: Context
  readonly #stream: RoomEventStream
  readonly #options: WatchOptions
  #caller: Caller

  constructor(ctx: Context, stream: RoomEventStream, options: WatchOptions) {
    this.#ctx = ctx
    this.#stream = stream
    this.#options = options
    this.#caller = ctx.caller
  }

  roomSids(): readonly string[] | undefined {
    return this.#stream.roomSids()
  }

  async checkCaller(): Promise<void> {
    this.#caller = await this.#ctx.authenticate()
  }

  async checkRoom(roomSid: string | undefined): Promise<void> {
    const { action } = this.#options
    if (roomSid !== undefined) await authorizeRoom({ ...this.#ctx, caller: this.#caller }, action, roomSid)
    else if (!(await this.#ctx.authorizer.allows(this.#caller, action, 'none', null))) {
      throw new VideoError('FORBIDDEN', `You may not call ${action} any more`)
    }
  }

  onCallerRefused(error: unknown): void {
    this.#stream.fail(error)
  }

  onRoomRefused(roomSid: string | undefined, error: unknown): void {
    const { endsWithRoom, roomRefs } = this.#options
    if (endsWithRoom || roomSid === undefined) this.#stream.fail(error)
    else closeRoom(this.#stream, { roomSid: roomSid as RoomSid, room: roomRefs?.get(roomSid) ?? roomSid, error })
  }
}

/** Says in a stream of several rooms that one of them is closed to the caller, and why. */
export function closeRoom(
  stream: RoomEventStream,
  { room, roomSid, error }: { room: RoomRef; roomSid: RoomSid | null; error: unknown },
): void {
  if (!isVideoError(error)) throw error
  const { code, message } = error
  stream.send((id) => ({ type: 'room-closed', id, room, roomSid, code, message }))
  if (roomSid !== null) stream.leave(roomSid)
}
