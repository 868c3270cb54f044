import type { z } from 'zod'
import type { ErrorCode } from '../error-code.ts'

/** A query changes nothing, a mutation does, and a subscription answers with one event after another. */
export type ProcedureKind = 'query' | 'mutation' | 'subscription'

/** Where REST has a procedure. A `{name}` in the path is a field of the input; `status` is that of success, default 200. */
export interface HttpAddress {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly status?: number
}

/**
 * One procedure, as plain data: all that its router, client, REST address, reference page and OpenAPI operation are
 * made of.
 *
 * `TInput` is what a caller sends, `TParsed` what is left of it after parsing (defaults filled in), `TOutput` what comes
 * back: of a subscription, one event.
 */
export interface Procedure<TKind extends ProcedureKind, TInput, TParsed, TOutput> {
  readonly kind: TKind
  /** `null`: it takes no input. */
  readonly input: z.ZodType<TParsed, TInput> | null
  readonly output: z.ZodType<TOutput>
  /** One line without a full stop, as a heading. */
  readonly summary: string
  /** What a caller must know besides, in Markdown. */
  readonly description?: string
  /** What it can fail with besides `COMMON_ERRORS`; some of those too, where they have a meaning of their own here. */
  readonly errors: readonly ErrorCode[]
  readonly http: HttpAddress
  /** An input for the documents to show. */
  readonly example?: TInput
  /** Whether a mutation sent twice does no more than once, so that a client may try again; `unless` a field is given. */
  readonly idempotent?: boolean | { readonly unless: string }
}

/** Any procedure, for constraints. `any`, because what a schema takes and what it gives meet here. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyProcedure = Procedure<ProcedureKind, any, any, any>

/** What every contract is: routers by name, and in each its procedures by name. `<T extends ContractOf<T>>`. */
export type ContractOf<TContract> = {
  readonly [TRouter in keyof TContract]: { readonly [TName in keyof TContract[TRouter]]: AnyProcedure }
}

/** Declares a query: `query<Input, Output>()({ … })`. Two calls, because the types are named and the rest is inferred. */
export const query = <TInput, TOutput>() => declare<'query', TInput, TOutput>('query')

/** Declares a mutation, as {@link query} does a query. */
export const mutation = <TInput, TOutput>() => declare<'mutation', TInput, TOutput>('mutation')

/**
 * Declares a subscription; its output is one event. Every event has an `id`, and every input takes the
 * `lastEventId` that was seen: by them a subscription goes on where its connection broke.
 */
export const subscription = <TInput extends { lastEventId?: string } | undefined, TOutput extends { id: string }>() =>
  declare<'subscription', TInput, TOutput>('subscription')

function declare<TKind extends ProcedureKind, TInput, TOutput>(kind: TKind) {
  return <TSchema extends z.ZodType | null, TOutputSchema extends z.ZodType, const TPath extends string>(
    entry: Entry<TInput, TOutput, TSchema, TOutputSchema, TPath>,
  ) =>
    // `Same` has held the schemas against the named types.
    ({ ...entry, kind }) as unknown as Procedure<TKind, TInput, Parsed<TSchema>, TOutput>
}

interface Entry<TInput, TOutput, TSchema, TOutputSchema, TPath extends string> extends Pick<
  AnyProcedure,
  'summary' | 'description' | 'errors'
> {
  readonly input: TSchema & Same<Sent<TSchema>, TInput>
  readonly output: TOutputSchema & Same<Parsed<TOutputSchema>, TOutput>
  readonly http: HttpAddress & { readonly path: CheckedPath<TPath, TInput> }
  readonly example?: TInput
  readonly idempotent?: boolean | { readonly unless: FieldOf<TInput> }
}

type Sent<TSchema> = TSchema extends z.ZodType ? z.input<TSchema> : undefined
type Parsed<TSchema> = TSchema extends z.ZodType ? z.output<TSchema> : undefined

/** Not just a fit: what the schema refuses may not be typed as allowed. The two functions are TypeScript's way to ask for sameness. */
// oxlint-disable typescript/no-unnecessary-type-parameters
type Same<TActual, TNamed> =
  (<T>() => T extends TActual ? 1 : 2) extends <T>() => T extends TNamed ? 1 : 2
    ? unknown
    : { 'the schema is of another type': TActual }
// oxlint-enable typescript/no-unnecessary-type-parameters

type FieldOf<TInput> = [TInput] extends [undefined] ? never : keyof NonNullable<TInput> & string

type CheckedPath<TPath extends string, TInput> = [PathFieldOf<TPath>] extends [FieldOf<TInput>]
  ? TPath
  : `{${Exclude<PathFieldOf<TPath>, FieldOf<TInput>>}} is not a field of the input`

type PathFieldOf<TPath extends string> = TPath extends `${string}{${infer TField}}${infer TRest}`
  ? TField | PathFieldOf<TRest>
  : never

/** What a caller sends to a procedure. */
export type InputOf<TProcedure extends AnyProcedure> =
  TProcedure extends Procedure<ProcedureKind, infer TInput, infer _TParsed, infer _TOutput> ? TInput : never

/** What a procedure's handler works with: the input after parsing, defaults filled in. */
export type ParsedInputOf<TProcedure extends AnyProcedure> =
  TProcedure extends Procedure<ProcedureKind, infer _TInput, infer TParsed, infer _TOutput> ? TParsed : never

/** What comes back from a procedure; of a subscription, one event. */
export type OutputOf<TProcedure extends AnyProcedure> =
  TProcedure extends Procedure<ProcedureKind, infer _TInput, infer _TParsed, infer TOutput> ? TOutput : never

/** What a procedure's handler gives: the output, or of a subscription the events one after another. */
export type ResultOf<TProcedure extends AnyProcedure> = TProcedure['kind'] extends 'subscription'
  ? AsyncIterable<OutputOf<TProcedure>>
  : OutputOf<TProcedure>

/** The names of a contract's procedures in full, e.g. `rooms.create`. */
export type NameOf<TContract> = {
  [TRouter in keyof TContract & string]: `${TRouter}.${keyof TContract[TRouter] & string}`
}[keyof TContract & string]

/** A procedure of a contract by its full name. */
export type ProcedureAt<
  TContract,
  TName extends NameOf<TContract>,
> = TName extends `${infer TRouter extends keyof TContract & string}.${infer TProcedure}`
  ? TContract[TRouter][TProcedure & keyof TContract[TRouter]]
  : never

/** A contract's procedures with their full names, in the order of declaration. */
export function proceduresOf<TContract extends ContractOf<TContract>>(
  contract: TContract,
): readonly (readonly [name: NameOf<TContract>, procedure: AnyProcedure])[] {
  return Object.entries<Record<string, AnyProcedure>>(contract).flatMap(([router, procedures]) =>
    Object.entries(procedures).map(
      ([name, procedure]) => [`${router}.${name}` as NameOf<TContract>, procedure] as const,
    ),
  )
}
