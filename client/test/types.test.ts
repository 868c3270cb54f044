import type { AppRouter as Served } from '@roomkey/server'
import type {
  AccessToken,
  AnyProcedure,
  CreatedInvite,
  ErrorCode,
  GetTokenInput,
  InputOf,
  OutputOf,
  ParticipantList,
  ParticipantSid,
  Room,
  RoomInput,
  RoomkeyContract,
  RoomList,
  RoomSid,
} from '@roomkey/shared'
import type { AppRouter } from '@roomkey/shared/trpc'
import { QueryClient, type SkipToken } from '@tanstack/react-query'
import { createTRPCClient } from '@trpc/client'
import type { inferRouterError, inferRouterInputs, inferRouterOutputs, TRPCBuiltRouter } from '@trpc/server'
import { createTRPCOptionsProxy } from '@trpc/tanstack-react-query'
import type { Room as Call } from 'twilio-video'
import { describe, expectTypeOf, test } from 'vitest'
import {
  createRoomkeyClient,
  isRoomkeyError,
  roomkeyFrom,
  type CallOptions,
  type Calls,
  type EndReason,
  type SubscribeOptions,
  type RoomkeyClient,
  type RoomkeyErrorCode,
  type RoomkeyRouter,
} from '../src/index.ts'
import type { KINDS } from '../src/calls.ts'
import type { RoomHandle } from '../src/react/index.ts'

const client: RoomkeyClient = createRoomkeyClient({ url: 'http://server.test' })

/** The assertions are made by the compiler; a function that is never called makes none of the calls. */
const typesOnly = (make: () => unknown) => void make

/** The methods that the contract says there are; what is generated must be the same. */
type CallsOf<TContract> = {
  readonly [TRouter in keyof TContract]: {
    -readonly [TName in keyof TContract[TRouter]]: TContract[TRouter][TName] extends AnyProcedure
      ? MethodOf<TContract[TRouter][TName]>
      : never
  }
}
type MethodOf<TProcedure extends AnyProcedure> = TProcedure['kind'] extends 'subscription'
  ? Method<TProcedure, SubscribeOptions, AsyncIterable<OutputOf<TProcedure>>>
  : Method<TProcedure, CallOptions, Promise<OutputOf<TProcedure>>>
type Method<TProcedure extends AnyProcedure, TOptions, TResult> =
  undefined extends InputOf<TProcedure>
    ? (input?: InputOf<TProcedure>, options?: TOptions) => TResult
    : (input: InputOf<TProcedure>, options?: TOptions) => TResult

type KindsOf<TContract> = {
  readonly [TRouter in keyof TContract]: {
    readonly [TName in keyof TContract[TRouter]]: TContract[TRouter][TName] extends { kind: infer TKind }
      ? TKind
      : never
  }
}

test('what is generated is what the contract says', () => {
  expectTypeOf<Calls>().toEqualTypeOf<CallsOf<RoomkeyContract>>()
  expectTypeOf<typeof KINDS>().toEqualTypeOf<KindsOf<RoomkeyContract>>()
})

describe("tRPC's own tools", () => {
  test('call the router by its type alone', () => {
    const trpc = createTRPCClient<AppRouter>({ links: [] })
    expectTypeOf(trpc.rooms.create.mutate).returns.resolves.toEqualTypeOf<Room>()
    expectTypeOf(trpc.auth.getToken.mutate).parameter(0).toEqualTypeOf<GetTokenInput>()
    typesOnly(() => [trpc.rooms.list.query(), trpc.auth.whoami.query(), trpc.rooms.create.mutate()])
    // @ts-expect-error it is a query
    typesOnly(() => trpc.rooms.get.mutate({ sid: 'x' }))
  })

  test('make TanStack Query’s options of it', () => {
    typesOnly(() => {
      const api = createTRPCOptionsProxy<AppRouter>({ client: client.trpc, queryClient: new QueryClient() })
      expectTypeOf(api.rooms.get.queryOptions).parameter(0).toExtend<RoomInput | SkipToken>()
      const { queryFn } = api.rooms.list.queryOptions({ limit: 5 })
      expectTypeOf<Exclude<typeof queryFn, symbol | undefined>>().returns.toEqualTypeOf<RoomList | Promise<RoomList>>()
    })
  })

  test('merge it into a router of a team', () => {
    type Team = TRPCBuiltRouter<AppRouter['_def']['_config']['$types'], { video: AppRouter['_def']['record'] }>
    const trpc = createTRPCClient<Team>({ links: [] })
    expectTypeOf(trpc.video.rooms.get.query).returns.resolves.toEqualTypeOf<Room>()
    typesOnly(() => expectTypeOf(roomkeyFrom(trpc.video)).toEqualTypeOf<RoomkeyClient>())
    // @ts-expect-error a part of Roomkey's router is not all of it
    typesOnly(() => roomkeyFrom(trpc.video.rooms))
    expectTypeOf<inferRouterOutputs<Team>['video']['participants']['list']>().toEqualTypeOf<ParticipantList>()
  })

  test('know the router that the server serves', () => {
    expectTypeOf<inferRouterInputs<Served>>().toExtend<inferRouterInputs<RoomkeyRouter>>()
    expectTypeOf<inferRouterOutputs<Served>>().toEqualTypeOf<inferRouterOutputs<RoomkeyRouter>>()
    expectTypeOf<inferRouterError<Served>['data']['roomkey']>().toEqualTypeOf<
      inferRouterError<RoomkeyRouter>['data']['roomkey']
    >()
  })
})

describe('a call', () => {
  test('knows its input and output', () => {
    expectTypeOf(client.rooms.create).returns.resolves.toEqualTypeOf<Room>()
    expectTypeOf(client.auth.getToken).returns.resolves.toEqualTypeOf<AccessToken>()
    expectTypeOf(client.invites.create).returns.resolves.toEqualTypeOf<CreatedInvite>()
    expectTypeOf(client.join).returns.resolves.toEqualTypeOf<Call>()
    expectTypeOf<keyof RoomkeyClient>().toEqualTypeOf<keyof Calls | 'join' | 'trpc'>()
  })

  test('takes plain strings where the contract names SIDs', () => {
    typesOnly(() => client.rooms.get({ sid: 'RM00000000000000000000000000000000' }))
    typesOnly(() => client.auth.getToken({ userId: 'Beyoncé', roomSid: 'my room' }))
    typesOnly(() => [client.rooms.list(), client.rooms.create(), client.auth.whoami()])
  })

  test('refuses wrong input', () => {
    // @ts-expect-error sid is required
    typesOnly(() => client.rooms.get({}))
    // @ts-expect-error a room is named by a text
    typesOnly(() => client.rooms.get({ sid: 5 }))
    // @ts-expect-error there is no such field
    typesOnly(() => client.rooms.create({ name: 'x' }))
    // @ts-expect-error 'everyone' is no kind of access
    typesOnly(() => client.rooms.create({ access: 'everyone' }))
    // @ts-expect-error there is no such region
    typesOnly(() => client.rooms.create({ mediaRegion: 'mars1' }))
    // @ts-expect-error seconds are a number
    typesOnly(() => client.auth.getToken({ roomSid: 'x', ttlSeconds: '60' }))
    // @ts-expect-error there is no such procedure
    typesOnly(() => client.rooms.delete({ sid: 'x' }))
    // @ts-expect-error it is a query
    typesOnly(() => client.trpc.rooms.get.mutate({ sid: 'x' }))
    // @ts-expect-error a timeout is a number
    typesOnly(() => client.rooms.list({}, { timeoutMs: '1s' }))
    // @ts-expect-error the SDK has no such option
    typesOnly(() => client.join({ roomSid: 'x', dominantSpeeker: true }))
  })

  test('refuses wrong use of its output', () => {
    typesOnly(async () => {
      const room = await client.rooms.get({ sid: 'x' })
      expectTypeOf(room.sid).toEqualTypeOf<RoomSid>()
      // @ts-expect-error there is no such field: Twilio's unique_name is called name
      void room.uniqueName
      // @ts-expect-error a room in progress has not ended: it may be null
      room.endedAt.slice(0)
      // @ts-expect-error no room is ever 'open'
      void (room.status === 'open')
      // @ts-expect-error a date is a text, as JSON has it
      room.createdAt.getTime()
    })
  })

  test('keeps kinds of SIDs apart', () => {
    typesOnly(async () => {
      const { participants } = await client.participants.list({ roomSid: 'x' })
      const inRoom = (sid: RoomSid) => sid
      const ofParticipant = (sid: ParticipantSid) => sid
      for (const participant of participants) {
        inRoom(participant.roomSid)
        ofParticipant(participant.sid)
        // @ts-expect-error a participant's SID is not a room's
        inRoom(participant.sid)
        // @ts-expect-error nor the other way round
        ofParticipant(participant.roomSid)
        // @ts-expect-error nor is any text
        inRoom('RM00000000000000000000000000000000')
      }
    })
  })
})

test('codes of errors are a closed list', () => {
  expectTypeOf<ErrorCode>().toExtend<RoomkeyErrorCode>()
  typesOnly(() => {
    const error: unknown = null
    if (!isRoomkeyError(error)) return false
    expectTypeOf(error.code).toEqualTypeOf<RoomkeyErrorCode>()
    // @ts-expect-error no error has this code
    return error.code === 'ROOM_NOT_FUOND'
  })
})

test('the state of a room says what there is', () => {
  typesOnly(() => {
    const handle = {} as RoomHandle
    if (handle.status === 'ended') expectTypeOf(handle.reason).toEqualTypeOf<EndReason>()
    if (handle.status === 'connected') expectTypeOf(handle.room).toEqualTypeOf<Call>()
    // @ts-expect-error while joining there is no room
    if (handle.status === 'joining') void handle.room.sid
  })
})
