import type { AnyProcedure, OutputOf, ParsedInputOf, ResultOf } from '@roomkey/shared'
import type { AuditSubject } from '../core/audit-subject.ts'
import type { Context } from './context.ts'

/** One call of a procedure. `signal` aborts when the caller leaves before the response is complete. */
export type Call<TProcedure extends AnyProcedure> = {
  ctx: Context
  input: ParsedInputOf<TProcedure>
  signal: AbortSignal | undefined
}

/** What a handler that changes something returns: its output, and what it was done to, for the audit log. */
export type Done<TOutput> = { output: TOutput; subject: AuditSubject }

/** Carries out one procedure. It throws {@link VideoError}; anything else becomes `INTERNAL_ERROR`. */
export type Handler<TProcedure extends AnyProcedure> = (
  call: Call<TProcedure>,
) => Promise<TProcedure['kind'] extends 'mutation' ? Done<OutputOf<TProcedure>> : ResultOf<TProcedure>>

/** A handler for each procedure of a router; one that is missing, or too many, does not compile. */
export type HandlersOf<TContract extends Readonly<Record<keyof TContract, AnyProcedure>>> = {
  readonly [TName in keyof TContract]: Handler<TContract[TName]>
}
