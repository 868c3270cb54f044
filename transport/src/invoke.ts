import { TRPCError, type TRPCProcedureType } from '@trpc/server'
import type { TRPCRequestInfo } from '@trpc/server/http'
import { callProcedure } from './call-procedure.ts'
import { callType, type Call, type CallOutline } from './request-info.ts'
import { getTRPCErrorFromUnknown, getTRPCErrorShape, typeOf } from './trpc-internals.ts'
import type { TrpcRequest } from './trpc-request.ts'

/** How a call ended: with data, or with the error that its caller will see. */
export type Outcome = { data: unknown; error?: undefined } | { data?: undefined; error: TRPCError }

const ACCEPTED_METHODS: Record<TRPCProcedureType, string[]> = {
  mutation: ['POST'],
  query: ['GET'],
  subscription: ['GET'],
}
// A mutation by GET would be open to any link or image on another site.
const ACCEPTED_METHODS_WITH_OVERRIDE: Record<TRPCProcedureType, string[]> = {
  mutation: ['POST'],
  query: ['GET', 'POST'],
  subscription: ['GET', 'POST'],
}

/** Runs one call. Never rejects: an error goes to `onError` and becomes the outcome. */
export async function invoke(trpcRequest: TrpcRequest, info: TRPCRequestInfo, call: Call): Promise<Outcome> {
  const { procedure } = call
  try {
    if (procedure === null) {
      throw new TRPCError({ code: 'NOT_FOUND', message: `No procedure found on path "${call.path}"` })
    }
    const type = typeOf(procedure)
    requireMethod(trpcRequest, call, type)
    if (type === 'subscription' && info.isBatchCall) {
      throw new TRPCError({ code: 'BAD_REQUEST', message: 'Cannot batch subscription calls' })
    }
    const data = await callProcedure(procedure, {
      path: call.path,
      getRawInput: call.getRawInput,
      ctx: trpcRequest.requireContext(),
      type,
      signal: info.signal,
      batchIndex: call.batchIndex,
    })
    return { data }
  } catch (cause) {
    const error = getTRPCErrorFromUnknown(cause)
    reportError(trpcRequest, error, call)
    return { error }
  }
}

/** Hands an error to the host's `onError`; without a call, one that concerns the whole request. */
export function reportError(
  { options, context, request }: TrpcRequest,
  error: TRPCError,
  call: CallOutline | undefined,
  type: TRPCRequestInfo['type'] = callType(call),
): void {
  options.onError?.({ error, path: call?.path, input: call?.result(), ctx: context, type, req: request })
}

/** The error as its caller sees it, by the router's formatter. */
export function shapeError(
  { transport, context }: TrpcRequest,
  error: TRPCError,
  call: CallOutline | undefined,
  type: TRPCRequestInfo['type'] = callType(call),
): unknown {
  const { config } = transport
  return getTRPCErrorShape({ config, error, type, path: call?.path, input: call?.result(), ctx: context })
}

/** A promise, an async iterable, or an object that holds one: data which only a stream can carry. */
export function isStreamLike(data: unknown): boolean {
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return false
  return isAsyncIterable(data) || Object.keys(data).some((key) => isPending((data as Record<string, unknown>)[key]))
}

/** Whether `for await` can read it. */
export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return value !== null && typeof value === 'object' && Symbol.asyncIterator in value
}

function isPending(value: unknown): boolean {
  if (value === null || (typeof value !== 'object' && typeof value !== 'function')) return false
  const { then, catch: recover } = value as Partial<Promise<unknown>>
  return (typeof then === 'function' && typeof recover === 'function') || isAsyncIterable(value)
}

function requireMethod({ options, request, reply }: TrpcRequest, call: Call, type: TRPCProcedureType): void {
  const overridden = options.allowMethodOverride === true
  const accepted = (overridden && request.method === 'POST' ? ACCEPTED_METHODS_WITH_OVERRIDE : ACCEPTED_METHODS)[type]
  if (accepted.includes(request.method)) return
  const allowed = (overridden ? ACCEPTED_METHODS_WITH_OVERRIDE : ACCEPTED_METHODS)[type]
  reply.header('allow', allowed.join(', '))
  throw new TRPCError({
    code: 'METHOD_NOT_SUPPORTED',
    message: `Unsupported ${request.method}-request to ${type} procedure at path "${call.path}"`,
  })
}
