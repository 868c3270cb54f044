import { Readable } from 'node:stream'
import type { ErrorData } from '@roomkey/shared'
import type { FastifyInstance } from 'fastify'

/** What a subscription said: an event, that it failed, or that there is no more; `cut`: it broke off. */
export type Said =
  // oxlint-disable-next-line typescript/no-explicit-any -- tests read the JSON as any client would
  { id: string | undefined; data: any } | { error: ErrorData } | { end: 'return' | 'cut' }

/** A subscription that is open. */
export type Subscription = AsyncDisposable & {
  /** What is said next; pings are passed over. */
  next(): Promise<Said>
  /** The next `count` events, without `caught-up`. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  events(count: number): Promise<any[]>
}

/** Over a real connection. */
export async function openSubscription(url: string, headers: Record<string, string>): Promise<Subscription> {
  const abort = new AbortController()
  const { body } = await fetch(url, { headers, signal: abort.signal })
  if (body === null) throw new Error('there is no body')
  return read(Readable.fromWeb(body), () => abort.abort())
}

/** In process. */
export async function injectSubscription(
  app: FastifyInstance,
  url: string,
  headers: Record<string, string>,
): Promise<Subscription> {
  const answer = await app.inject({ method: 'GET', url, headers, payloadAsStream: true })
  const body = answer.stream()
  return read(body, () => body.destroy())
}

function read(body: Readable, hangUp: () => void): Subscription {
  const said = readFrames(body)
  const next = async (): Promise<Said> => {
    const { done, value } = await said.next()
    return done === true ? { end: 'cut' } : value
  }
  return {
    next,
    async events(count) {
      const events: unknown[] = []
      while (events.length < count) {
        const entry = await next()
        if (!('data' in entry)) throw new Error(`instead of an event came ${JSON.stringify(entry)}`)
        if (entry.data.type !== 'caught-up') events.push(entry.data)
      }
      return events
    },
    async [Symbol.asyncDispose]() {
      hangUp()
      await said.return(undefined)
    },
  }
}

async function* readFrames(body: Readable): AsyncGenerator<Said> {
  let text = ''
  body.setEncoding('utf8')
  try {
    for await (const chunk of body) {
      text += chunk as string
      for (let end = text.indexOf('\n\n\n'); end >= 0; end = text.indexOf('\n\n\n')) {
        const said = parseFrame(text.slice(0, end))
        text = text.slice(end + 3)
        if (said !== undefined) yield said
      }
    }
  } catch {
    // The connection broke, or the test hung up.
  }
}

function parseFrame(frame: string): Said | undefined {
  const fields = Object.fromEntries(
    frame.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  )
  if (fields['event'] === 'serialized-error') return { error: JSON.parse(fields['data'] ?? '').data.roomkey }
  if (fields['event'] === 'return') return { end: 'return' }
  return fields['event'] === undefined ? { id: fields['id'], data: JSON.parse(fields['data'] ?? '') } : undefined
}
