import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { Patience } from './patience.ts'

export type PostgresListenerOptions = {
  channel: string
  onNotification: (payload: string) => void
  /** Called whenever the connection stands: what was said before is not repeated. */
  onConnect: () => void
  onError: (error: Error) => void
  patience: Pick<Patience, 'connectMs' | 'closeMs'>
}

const FIRST_PAUSE_MS = 100
const MAX_PAUSE_MS = 5000

/** Listens to a channel of PostgreSQL on a connection of its own, which is made again whenever it breaks. */
export function listenToPostgres(
  url: string,
  { channel, onNotification, onConnect, onError, patience }: PostgresListenerOptions,
): { close(): Promise<void> } {
  let client: pg.Client | undefined
  let timer: NodeJS.Timeout | undefined
  let pauseMs = FIRST_PAUSE_MS
  let isClosed = false

  async function connect(): Promise<void> {
    const mine = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: patience.connectMs,
      query_timeout: patience.connectMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
      application_name: 'roomkey listener',
    })
    client = mine
    let isOver = false
    const again = (error?: Error) => {
      if (isOver || isClosed) return
      isOver = true
      if (error !== undefined) onError(error)
      void end(mine)
      timer = setTimeout(() => void connect(), pauseMs * (0.5 + Math.random())).unref()
      pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)
    }
    mine.on('error', again)
    mine.on('end', () => again())
    mine.on('notification', ({ payload = '' }) => onNotification(payload))
    try {
      await mine.connect()
      await mine.query(`listen ${mine.escapeIdentifier(channel)}`)
      pauseMs = FIRST_PAUSE_MS
      if (!isClosed) onConnect()
    } catch (error) {
      again(error as Error)
    }
  }

  void connect()
  return {
    async close() {
      isClosed = true
      clearTimeout(timer)
      // Its last word is waited for, unless PostgreSQL has stopped answering.
      if (client !== undefined) await Promise.race([end(client), wait(patience.closeMs, undefined, { ref: false })])
    },
  }
}

async function end(client: pg.Client): Promise<void> {
  await client.end().catch(() => undefined)
}
