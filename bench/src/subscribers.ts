import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** Many readers of one event stream, as light as they can be: what is measured is the server. */
export type Subscribers = AsyncDisposable & {
  count: number
  /** Waits for that many events in sum over all readers, and gives how long each was on its way, in milliseconds. */
  receive(deliveries: number, deadlineMs: number): Promise<number[]>
}

const AT_ONCE = 100
const SENT_AT = '"sentAt":'

/** Two crowds as one. */
export function together(one: Subscribers, other: Subscribers): Subscribers {
  return {
    count: one.count + other.count,
    async receive(deliveries, deadlineMs) {
      const share = deliveries / (one.count + other.count)
      const all = await Promise.all([one, other].map((crowd) => crowd.receive(share * crowd.count, deadlineMs)))
      return all.flat()
    },
    [Symbol.asyncDispose]: async () => {
      await one[Symbol.asyncDispose]()
      await other[Symbol.asyncDispose]()
    },
  }
}

/** @param stamp what stands before the time at which an event was sent. */
export async function subscribe(port: number, path: string, count: number, stamp = SENT_AT): Promise<Subscribers> {
  const bytes = Buffer.from(stamp)
  const sockets: Socket[] = []
  let latencies: number[] = []
  let wanted = Number.POSITIVE_INFINITY
  let finish: () => void = () => {}

  while (sockets.length < count) {
    const size = Math.min(AT_ONCE, count - sockets.length)
    sockets.push(...(await Promise.all(Array.from({ length: size }, () => open()))))
  }
  return {
    count,
    async receive(deliveries, deadlineMs) {
      latencies = []
      wanted = deliveries
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      finish = resolve
      const timer = setTimeout(
        () => reject(new Error(`${latencies.length} of ${deliveries} events came within ${deadlineMs} ms`)),
        deadlineMs,
      )
      try {
        await promise
      } finally {
        clearTimeout(timer)
      }
      return latencies
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
    },
  }

  async function open(): Promise<Socket> {
    const socket = connect({ port, host: '127.0.0.1' })
    await once(socket, 'connect')
    socket.write(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n`)
    let greeting = ''
    while (!greeting.includes('event: connected')) {
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      greeting += chunk.toString('latin1')
    }
    socket.on('data', read)
    return socket
  }

  /** An event is never larger than a segment here, so a stamp is not cut in two: a lost one would be missed above. */
  function read(chunk: Buffer): void {
    const now = performance.timeOrigin + performance.now()
    for (let at = chunk.indexOf(bytes); at !== -1; at = chunk.indexOf(bytes, at + 1)) {
      const from = at + bytes.length
      latencies.push(now - Number.parseFloat(chunk.toString('latin1', from, from + 20)))
    }
    if (latencies.length >= wanted) finish()
  }
}
