import { createHmac, createSecretKey } from 'node:crypto'
import type { ErrorCode } from '@roomkey/shared'
import type { HttpProxy } from '../config/proxy.ts'
import type { TwilioCredentials } from '../config/twilio.ts'
import type { Log } from '../core/log.ts'
import { isVideoError } from '../core/video-error.ts'
import { formatCursor, parseCursor, parseNextPageUrl, type PagePosition } from './cursor.ts'
import { createCoalescer } from './network/coalesce.ts'
import { createGovernor, type TwilioQuota } from './network/governor.ts'
import { runCall } from './network/http-client.ts'
import type { Priority } from './network/lane.ts'
import type { TwilioCall } from './network/retry.ts'
import { loadSdk, type Sdk } from './sdk.ts'
import { fromTwilioError, type Subject } from './twilio-error.ts'

/** `signal` aborts the request to Twilio, unless other callers wait for the same response. */
export type CallOptions = {
  signal?: AbortSignal | undefined
  /** `chore`: nobody waits for it, so that it comes after all that somebody waits for. Default `caller`. */
  priority?: Priority | undefined
}

/** One page of a list. */
export type ListPage<TItem> = { items: TItem[]; nextCursor: string | null }

/** What the SDK returns for a page. */
type SdkPage<TInstance> = { instances: TInstance[]; nextPageUrl?: string | undefined }

type Run<T> = (sdk: Sdk) => Promise<T>

/** Requests to Twilio through the SDK, every error a {@link VideoError}. */
export type TwilioRequests = {
  /** Changes nothing: concurrent reads with equal keys share one request. */
  read: <T>(key: readonly unknown[], subject: Subject, options: CallOptions, run: Run<T>) => Promise<T>
  /** Makes something new, so that it is never sent twice unless Twilio said that it did nothing the first time. */
  create: <T>(subject: Subject, options: CallOptions, run: Run<T>) => Promise<T>
  /**
   * Changes something to be as it should be, and may be sent twice. `findDone` looks for what an attempt that broke off
   * has done already, when the next one finds nothing left to do.
   */
  update: <T>(
    subject: Subject,
    options: CallOptions,
    run: Run<T>,
    findDone: (sdk: Sdk) => Promise<T | undefined>,
  ) => Promise<T>
  /**
   * Reads one page of a list. `filters` are all that chooses its items; a cursor is good with the same ones only. An
   * item that `toItem` can make nothing of is logged and left out.
   * @throws VideoError `INVALID_INPUT` for a cursor that is not ours.
   */
  page: <TInstance, TItem>(
    list: { filters: readonly unknown[]; limit: number | undefined; cursor: string | undefined },
    subject: Subject,
    options: CallOptions,
    fetchPage: (sdk: Sdk, position: PagePosition | undefined) => Promise<SdkPage<TInstance>>,
    toItem: (instance: TInstance) => TItem,
  ) => Promise<ListPage<TItem>>
  /** Whether Twilio has refused the credentials, and has taken them for nothing since. */
  refusesCredentials: () => boolean
  /** Closes idle connections. */
  close: () => void
}

export type TwilioRequestsOptions = {
  credentials: TwilioCredentials
  /** Where the Video API is, when only a start can tell; asked once, before the first request. */
  findVideoUrl?: (() => Promise<string>) | undefined
  /** Milliseconds for a whole call to Twilio, retries included; default 30,000, as the SDK's. */
  timeoutMs?: number | undefined
  proxy?: HttpProxy | undefined
  /** What may be asked of Twilio in a second. Default: as much as it takes, slowing down when it says so. */
  quota?: TwilioQuota | undefined
  /** Hears of what Twilio sent and nobody understood; nowhere by default. */
  log?: Log | undefined
}

/** The SDK is loaded with the first request. */
export function createTwilioRequests({
  credentials,
  findVideoUrl,
  timeoutMs = 30_000,
  proxy,
  quota,
  log,
}: TwilioRequestsOptions): TwilioRequests {
  const reads = createCoalescer()
  const governor = createGovernor(quota)
  const cursorKey = createSecretKey(createHmac('sha256', credentials.apiKeySecret).update('cursor').digest())
  let sdk: Promise<Sdk> | undefined
  let isRefused = false

  async function load(): Promise<Sdk> {
    const videoUrl = (await findVideoUrl?.()) ?? credentials.videoUrl
    return loadSdk({ ...credentials, videoUrl }, { timeoutMs, proxy, governor })
  }

  async function open(): Promise<Sdk> {
    sdk ??= load()
    // A start that failed is tried again by the next call.
    sdk.catch(() => (sdk = undefined))
    return sdk
  }

  async function send<T>(subject: Subject, call: TwilioCall, run: Run<T>): Promise<T> {
    const opened = await open()
    try {
      const result = await runCall(call, () => run(opened))
      isRefused = false
      return result
    } catch (thrown) {
      call.signal?.throwIfAborted()
      const error = fromTwilioError(thrown, subject)
      if (error.code === 'TWILIO_UNAUTHORIZED') isRefused = true
      throw error
    }
  }

  // Reads that begin after it see its effect.
  async function write<T>(subject: Subject, call: TwilioCall, run: Run<T>): Promise<T> {
    try {
      return await send(subject, call, run)
    } finally {
      reads.forget()
    }
  }

  function toItems<TInstance, TItem>(instances: TInstance[], toItem: (instance: TInstance) => TItem): TItem[] {
    return instances.flatMap((instance) => {
      try {
        return [toItem(instance)]
      } catch (error) {
        const { sid } = instance as { sid?: unknown }
        log?.warn({ err: error, sid }, 'an item of a list of Twilio could not be understood and is left out')
        return []
      }
    })
  }

  // A caller does not wait for what a chore has asked: it may be last in the queue.
  const read: TwilioRequests['read'] = async (key, subject, { signal, priority }, run) =>
    reads.share(JSON.stringify([priority, ...key]), signal, (shared) =>
      send(subject, toCall({ signal: shared, priority }, { idempotent: true }), run),
    )

  return {
    read,
    create: (subject, options, run) => write(subject, toCall(options, { idempotent: false }), run),
    async update(subject, options, run, findDone) {
      const call = toCall(options, { idempotent: true })
      try {
        return await write(subject, call, run)
      } catch (error) {
        const isOver = isVideoError(error) && NOTHING_LEFT.has(error.code)
        const done = isOver && call.mayBeDone ? await send(subject, call, findDone).catch(() => undefined) : undefined
        if (done === undefined) throw error
        return done
      }
    },
    async page({ filters, limit, cursor }, subject, options, fetchPage, toItem) {
      const position = cursor === undefined ? undefined : parseCursor(cursorKey, filters, cursor)
      return read([...filters, limit, position], subject, options, async (opened) => {
        const { instances, nextPageUrl } = await fetchPage(opened, position)
        const next = parseNextPageUrl(nextPageUrl)
        return { items: toItems(instances, toItem), nextCursor: next && formatCursor(cursorKey, filters, next) }
      })
    },
    refusesCredentials: () => isRefused,
    close() {
      void sdk?.then((opened) => opened.close())
    },
  }
}

/** What Twilio says to a change that was made before. */
const NOTHING_LEFT: ReadonlySet<ErrorCode> = new Set(['ROOM_COMPLETED', 'ROOM_NOT_FOUND', 'PARTICIPANT_NOT_FOUND'])

function toCall(
  { signal, priority = 'caller' }: CallOptions,
  { idempotent }: Pick<TwilioCall, 'idempotent'>,
): TwilioCall {
  return { idempotent, signal, priority, mayBeDone: false }
}

/** The SDK sends a field that is present and undefined as the word "undefined" in places. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T
}
