import { createHmac, createSecretKey } from 'node:crypto'
import type { HttpProxy } from '../config/proxy.ts'
import type { TwilioCredentials } from '../config/twilio.ts'
import { formatCursor, parseCursor, parseNextPageUrl, type PagePosition } from './cursor.ts'
import { createCoalescer } from './network/coalesce.ts'
import { withSignal } from './network/http-client.ts'
import { loadSdk, type Sdk } from './sdk.ts'
import { fromTwilioError, type Subject } from './twilio-error.ts'

/** `signal` aborts the request to Twilio, unless other callers wait for the same response. */
export type CallOptions = { signal?: AbortSignal | undefined }

/** One page of a list. */
export type ListPage<TItem> = { items: TItem[]; nextCursor: string | null }

/** What the SDK returns for a page. */
type SdkPage<TInstance> = { instances: TInstance[]; nextPageUrl?: string | undefined }

type Run<T> = (sdk: Sdk) => Promise<T>

/** Requests to Twilio through the SDK, every error a {@link VideoError}. */
export type TwilioRequests = {
  /** Changes nothing: concurrent reads with equal keys share one request. */
  read: <T>(key: readonly unknown[], subject: Subject, options: CallOptions, run: Run<T>) => Promise<T>
  /** Reads that begin after it see its effect. */
  write: <T>(subject: Subject, options: CallOptions, run: Run<T>) => Promise<T>
  /**
   * Reads one page of a list. `filters` are all that chooses its items; a cursor is good with the same ones only.
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
}

/** The SDK is loaded with the first request. */
export function createTwilioRequests({
  credentials,
  findVideoUrl,
  timeoutMs = 30_000,
  proxy,
}: TwilioRequestsOptions): TwilioRequests {
  const reads = createCoalescer()
  const cursorKey = createSecretKey(createHmac('sha256', credentials.apiKeySecret).update('cursor').digest())
  let sdk: Promise<Sdk> | undefined
  let isRefused = false

  async function load(): Promise<Sdk> {
    const videoUrl = (await findVideoUrl?.()) ?? credentials.videoUrl
    return loadSdk({ ...credentials, videoUrl }, { timeoutMs, proxy })
  }

  async function open(): Promise<Sdk> {
    sdk ??= load()
    // A start that failed is tried again by the next call.
    sdk.catch(() => (sdk = undefined))
    return sdk
  }

  async function call<T>(subject: Subject, signal: AbortSignal | undefined, run: Run<T>): Promise<T> {
    const opened = await open()
    try {
      const result = await withSignal(signal, () => run(opened))
      isRefused = false
      return result
    } catch (thrown) {
      signal?.throwIfAborted()
      const error = fromTwilioError(thrown, subject)
      if (error.code === 'TWILIO_UNAUTHORIZED') isRefused = true
      throw error
    }
  }

  const read: TwilioRequests['read'] = async (key, subject, { signal }, run) =>
    reads.share(JSON.stringify(key), signal, (shared) => call(subject, shared, run))

  return {
    read,
    async write(subject, { signal }, run) {
      try {
        return await call(subject, signal, run)
      } finally {
        reads.forget()
      }
    },
    async page({ filters, limit, cursor }, subject, options, fetchPage, toItem) {
      const position = cursor === undefined ? undefined : parseCursor(cursorKey, filters, cursor)
      return read([...filters, limit, position], subject, options, async (opened) => {
        const { instances, nextPageUrl } = await fetchPage(opened, position)
        const next = parseNextPageUrl(nextPageUrl)
        return { items: instances.map(toItem), nextCursor: next && formatCursor(cursorKey, filters, next) }
      })
    },
    refusesCredentials: () => isRefused,
    close() {
      void sdk?.then((opened) => opened.close())
    },
  }
}

/** The SDK sends a field that is present and undefined as the word "undefined" in places. */
export function withoutUndefined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T
}
