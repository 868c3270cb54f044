import type { RoomkeyRouter } from '@roomkey/shared/trpc'
import type { TRPCClient, TRPCLink, TRPCProcedureOptions } from '@trpc/client'
import { observable } from '@trpc/server/observable'
import type { Calls } from './calls.ts'
import type { SubscribeOptions } from './call-options.ts'
import { createClient, DEFAULT_TIMEOUT_MS, toRoomkeyRequest, type RoomkeyClient } from './client.ts'
import { RoomkeyError, toRoomkeyError } from './errors.ts'
import { deadlineLink, parseTimeout } from './links.ts'
import type { TextStorage } from './safe-storage.ts'
import { createRequest, createTrpcClient } from './trpc-client.ts'

/** Roomkey's procedures in a tRPC client of your own: `trpc.video`, or all of it. */
export type RoomkeyProcedures = Pick<TRPCClient<RoomkeyRouter>, keyof Calls>

/** What `roomkeyFrom` can be told. */
export type RoomkeyFromOptions = {
  /** Longest time for one request, your links' own retries included, in milliseconds. Default 40,000. */
  timeoutMs?: number
  /** As that of `createRoomkeyClient`: where `join` keeps the access tokens of guests. */
  guestStorage?: TextStorage
}

/**
 * A Roomkey client over a tRPC client of your own, whose router has Roomkey's merged in: `roomkeyFrom(trpc.video)`.
 * Addresses, headers, credentials, batches and retries are your links'. Every failure is a `RoomkeyError`.
 * Subscriptions need a link that carries them, such as tRPC's `httpSubscriptionLink`.
 */
export function roomkeyFrom(procedures: RoomkeyProcedures, options: RoomkeyFromOptions = {}): RoomkeyClient {
  const timeoutMs = parseTimeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
  const request = createRequest([deadlineLink(timeoutMs), passOn(procedures)])
  return createClient(
    {
      trpc: createTrpcClient(request),
      request: toRoomkeyRequest(request),
      subscribe: (path, input, subscribeOptions) => follow(procedures, path, input, subscribeOptions),
    },
    options.guestStorage,
  )
}

type Method = (input: unknown, options: TRPCProcedureOptions) => Promise<unknown> & AsyncIterable<{ data: unknown }>

function find(procedures: RoomkeyProcedures, path: string, method: string): Method {
  const [router = '', name = ''] = path.split('.')
  return (procedures as unknown as Record<string, Record<string, Record<string, Method>>>)[router]?.[name]?.[
    method
  ] as Method
}

function passOn(procedures: RoomkeyProcedures): TRPCLink<RoomkeyRouter> {
  return () =>
    ({ op: { path, type, input, context, signal } }) =>
      observable((observer) => {
        const method = find(procedures, path, type === 'query' ? 'query' : 'mutate')
        const send = async () => {
          try {
            observer.next({ result: { data: await method(input, { context, signal: signal ?? undefined }) } })
            observer.complete()
          } catch (error) {
            observer.error(error as never)
          }
        }
        void send()
      })
}

async function* follow(
  procedures: RoomkeyProcedures,
  path: string,
  input: unknown,
  { signal }: SubscribeOptions = {},
): AsyncGenerator<unknown, void> {
  try {
    for await (const { data } of find(procedures, path, 'subscribe')(input, { signal })) yield data
  } catch (error) {
    throw toRoomkeyError(error)
  }
  if (signal?.aborted) throw new RoomkeyError('ABORTED', `${path} was aborted`, { cause: signal.reason as unknown })
}
