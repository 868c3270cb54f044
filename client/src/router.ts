import type { TRPCBuiltRouter, TRPCMutationProcedure, TRPCQueryProcedure } from '@trpc/server'
import type { ErrorData } from '@roomkey/shared'
import type { Procedures } from './api.ts'

/** The error of a call, as tRPC carries it. */
export type RoomkeyErrorShape = {
  message: string
  code: number
  data: { code: string; httpStatus: number; path?: string; roomkey: ErrorData }
}

/**
 * The server's router as tRPC's own tools want it (`createTRPCOptionsProxy<RoomkeyRouter>` and the like), made from
 * the list of procedures.
 */
export type RoomkeyRouter = TRPCBuiltRouter<
  { ctx: object; meta: object; errorShape: RoomkeyErrorShape; transformer: false },
  {
    [TRouter in keyof Procedures]: {
      [TName in keyof Procedures[TRouter]]: Procedures[TRouter][TName] extends {
        kind: infer TKind
        input: infer TInput
        output: infer TOutput
      }
        ? TKind extends 'query'
          ? TRPCQueryProcedure<{ input: TInput; output: TOutput; meta: object }>
          : TRPCMutationProcedure<{ input: TInput; output: TOutput; meta: object }>
        : never
    }
  }
>
