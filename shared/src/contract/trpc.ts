import type {
  TRPCBuiltRouter,
  TRPCDefaultErrorData,
  TRPCDefaultErrorShape,
  TRPCMutationProcedure,
  TRPCQueryProcedure,
  TRPCSubscriptionProcedure,
} from '@trpc/server'
import type { ErrorData } from '../error-code.ts'
import type { RoomkeyContract } from './contract.ts'
import type { AnyProcedure, InputOf, OutputOf } from './define.ts'

/** An error as tRPC carries it over the wire, with ours in `data.roomkey`. */
export interface RoomkeyErrorShape extends TRPCDefaultErrorShape {
  data: TRPCDefaultErrorData & { roomkey: ErrorData }
}

/** A contract as the record of a tRPC router. Events of a subscription are `tracked` by their `id`. */
export type RecordOf<TContract> = {
  -readonly [TRouter in keyof TContract]: {
    -readonly [TName in keyof TContract[TRouter]]: TContract[TRouter][TName] extends AnyProcedure
      ? TrpcProcedure<TContract[TRouter][TName]>
      : never
  }
}

type TrpcProcedure<TProcedure extends AnyProcedure> = TProcedure['kind'] extends 'query'
  ? TRPCQueryProcedure<Definition<TProcedure, OutputOf<TProcedure>>>
  : TProcedure['kind'] extends 'mutation'
    ? TRPCMutationProcedure<Definition<TProcedure, OutputOf<TProcedure>>>
    : TRPCSubscriptionProcedure<Definition<TProcedure, AsyncIterable<Tracked<OutputOf<TProcedure>>, void>>>

/** An event as tRPC's own clients see it. */
interface Tracked<TEvent> {
  id: string
  data: TEvent
}

interface Definition<TProcedure extends AnyProcedure, TOutput> {
  input: InputOf<TProcedure>
  output: TOutput
  meta: object
  errorShape: RoomkeyErrorShape
}

/** A contract as a tRPC router whose procedures work with `TContext`. */
export type RouterOf<TContract, TContext extends object = object> = TRPCBuiltRouter<
  { ctx: TContext; meta: object; errorShape: RoomkeyErrorShape; transformer: false },
  RecordOf<TContract>
>

/**
 * Roomkey's procedures as a tRPC router, for tRPC's own tools: `createTRPCClient`, `createTRPCOptionsProxy`,
 * `mergeRouters`. Made from the contract, so that nobody needs the server for its types. `TContext` is what the
 * procedures work with; it matters to whoever serves them only.
 */
export type RoomkeyRouter<TContext extends object = object> = RouterOf<RoomkeyContract, TContext>

/** {@link RoomkeyRouter} by the name that tRPC's own documentation uses. */
export type AppRouter = RoomkeyRouter
