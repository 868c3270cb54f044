import { createHmac, createSecretKey } from 'node:crypto'
import type { CreateRoomInput, ListParticipantsInput, ListRoomsInput, Participant } from '@roomkey/shared'
import type { Proxy } from '../proxy.ts'
import { createCoalescer } from './coalesce.ts'
import type { TwilioCredentials } from './credentials.ts'
import { formatCursor, parseCursor, parseNextPageUrl } from './cursor.ts'
import { withSignal } from './http-client.ts'
import { toParticipant } from './participant.ts'
import { toPathPart } from './path.ts'
import { toRoom } from './room.ts'
import type { TwilioRoom } from './room.ts'
import { loadSdk } from './sdk.ts'
import type { Sdk } from './sdk.ts'
import { toVideoError } from './twilio-error.ts'
import type { Subject } from './twilio-error.ts'

/** `signal` aborts the request to Twilio, unless other callers wait for the same answer. */
export type CallOptions = { signal?: AbortSignal | undefined }

/** What goes into a new room at Twilio. */
export type RoomSettings = Omit<CreateRoomInput, 'access'> & { statusCallback?: string | undefined }

/** One page of a list. */
export type ListPage<TItem> = { items: TItem[]; nextCursor: string | null }

type RoomQuery = NonNullable<ListRoomsInput>
type ParticipantQuery = Omit<ListParticipantsInput, 'roomSid'>

/**
 * Rooms and participants at Twilio. `room` is a SID, or a name while the room is in progress; `participant` a
 * SID, or an identity while connected. Concurrent equal reads share one request.
 *
 * Every method throws {@link VideoError}: `ROOM_…`, `PARTICIPANT_NOT_FOUND`, `INVALID_INPUT` (a cursor that is
 * not ours) or `TWILIO_…`.
 */
export type TwilioVideo = {
  createRoom(settings: RoomSettings, options?: CallOptions): Promise<TwilioRoom>
  getRoom(room: string, options?: CallOptions): Promise<TwilioRoom>
  listRooms(query: RoomQuery, options?: CallOptions): Promise<ListPage<TwilioRoom>>
  completeRoom(room: string, options?: CallOptions): Promise<TwilioRoom>
  getParticipant(room: string, participant: string, options?: CallOptions): Promise<Participant>
  listParticipants(room: string, query: ParticipantQuery, options?: CallOptions): Promise<ListPage<Participant>>
  removeParticipant(room: string, participant: string, options?: CallOptions): Promise<Participant>
  /** Closes idle connections. */
  close(): void
}

export type TwilioVideoOptions = {
  credentials: TwilioCredentials
  /** Where the Video API is, when only a start can tell; asked once, before the first request. */
  findVideoUrl?: (() => Promise<string>) | undefined
  /** Milliseconds for a whole call to Twilio, retries included; default 30,000, as the SDK's. */
  timeoutMs?: number | undefined
  proxy?: Proxy | undefined
}

/** Opens Twilio's Video API through the official SDK, which is loaded with the first request. */
export function createTwilioVideo({
  credentials,
  findVideoUrl,
  timeoutMs = 30_000,
  proxy,
}: TwilioVideoOptions): TwilioVideo {
  const reads = createCoalescer()
  const cursorKey = createSecretKey(createHmac('sha256', credentials.apiKeySecret).update('cursor').digest())
  let sdk: Promise<Sdk> | undefined

  async function open(): Promise<Sdk> {
    sdk ??= Promise.resolve(findVideoUrl?.() ?? credentials.videoUrl).then((videoUrl) =>
      loadSdk({ ...credentials, videoUrl }, { timeoutMs, proxy }),
    )
    // A start that failed is tried again by the next call.
    sdk.catch(() => (sdk = undefined))
    return sdk
  }

  async function call<T>(subject: Subject, signal: AbortSignal | undefined, run: (sdk: Sdk) => Promise<T>): Promise<T> {
    const opened = await open()
    try {
      return await withSignal(signal, () => run(opened))
    } catch (thrown) {
      signal?.throwIfAborted()
      throw toVideoError(thrown, subject)
    }
  }

  function read<T>(key: unknown[], subject: Subject, { signal }: CallOptions, run: (sdk: Sdk) => Promise<T>) {
    return reads.share(JSON.stringify(key), signal, (shared) => call(subject, shared, run))
  }

  async function write<T>(subject: Subject, { signal }: CallOptions, run: (sdk: Sdk) => Promise<T>): Promise<T> {
    try {
      return await call(subject, signal, run)
    } finally {
      reads.forget()
    }
  }

  function turnPage<TInstance, TItem>(
    filters: unknown,
    page: { instances: TInstance[]; nextPageUrl?: string | undefined },
    toItem: (instance: TInstance) => TItem,
  ): ListPage<TItem> {
    const next = parseNextPageUrl(page.nextPageUrl)
    return { items: page.instances.map(toItem), nextCursor: next && formatCursor(cursorKey, filters, next) }
  }

  return {
    createRoom({ roomName, ...settings }, options = {}) {
      return write({ room: roomName }, options, async ({ rooms }) =>
        toRoom(await rooms.create(withoutUndefined({ ...settings, uniqueName: roomName }))),
      )
    },
    async getRoom(room, options = {}) {
      const part = toPathPart(room, 'sid')
      return read(['room', room], { room }, options, async ({ rooms }) => toRoom(await rooms(part).fetch()))
    },
    async listRooms({ limit, cursor, ...query }, options = {}) {
      const filters = ['rooms', query.status, query.roomName, query.createdAfter, query.createdBefore]
      const position = cursor === undefined ? undefined : parseCursor(cursorKey, filters, cursor)
      return read([...filters, limit, position], {}, options, async ({ rooms }) => {
        const page = await rooms.page(
          withoutUndefined({
            status: query.status,
            uniqueName: query.roomName,
            dateCreatedAfter: toDate(query.createdAfter),
            dateCreatedBefore: toDate(query.createdBefore),
            pageSize: limit,
            ...position,
          }),
        )
        return turnPage(filters, page, toRoom)
      })
    },
    async completeRoom(room, options = {}) {
      const part = toPathPart(room, 'sid')
      return write({ room }, options, async ({ rooms }) => toRoom(await rooms(part).update({ status: 'completed' })))
    },
    async getParticipant(room, participant, options = {}) {
      const parts = [toPathPart(room, 'roomSid'), toPathPart(participant, 'participant')] as const
      return read(['participant', room, participant], { room, participant }, options, async ({ rooms }) =>
        toParticipant(await rooms(parts[0]).participants(parts[1]).fetch()),
      )
    },
    async listParticipants(room, { limit, cursor, status }, options = {}) {
      const part = toPathPart(room, 'roomSid')
      const filters = ['participants', room, status]
      const position = cursor === undefined ? undefined : parseCursor(cursorKey, filters, cursor)
      return read([...filters, limit, position], { room }, options, async ({ rooms }) => {
        const page = await rooms(part).participants.page(withoutUndefined({ status, pageSize: limit, ...position }))
        return turnPage(filters, page, toParticipant)
      })
    },
    async removeParticipant(room, participant, options = {}) {
      const parts = [toPathPart(room, 'roomSid'), toPathPart(participant, 'participant')] as const
      return write({ room, participant }, options, async ({ rooms }) =>
        toParticipant(await rooms(parts[0]).participants(parts[1]).update({ status: 'disconnected' })),
      )
    },
    close() {
      void sdk?.then((opened) => opened.close())
    },
  }
}

// The SDK sends a field that is present and undefined as the word "undefined" in places.
function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T
}

function toDate(instant: string | undefined): Date | undefined {
  return instant === undefined ? undefined : new Date(instant)
}
