import { createCallback, eventsOf, send } from './callbacks.ts'
import { run, type Running } from './contender.ts'
import { eventsRoomkey } from './contenders/events-roomkey.ts'
import { startBenchPostgres } from './postgres.ts'
import { subscribe } from './subscribers.ts'

/** What was used of processors while something was done, in microseconds. */
export type Cpu = { seconds: number; servers: number[]; postgres: number; load: number }

/** Several servers on one PostgreSQL. At each somebody listens, so that it reads all events there are. */
export type Fleet = AsyncDisposable & {
  servers: readonly [Running, ...Running[]]
  measureCpu(work: () => Promise<void>): Promise<Cpu>
}

/** Nobody reports on it: who listens to it is told nothing. */
const QUIET_ROOM = 9999

export async function startFleet(count: number): Promise<Fleet> {
  await using starting = new AsyncDisposableStack()
  const postgres = starting.use(await startBenchPostgres())
  const start = async (number: number) =>
    starting.use(
      await run({
        ...eventsRoomkey,
        name: `server-${number}`,
        title: `server ${number}`,
        env: { ...eventsRoomkey.env, DATABASE_URL: postgres.url },
      }),
    )
  const first = await start(1)
  await send(first, createCallback(QUIET_ROOM, 'nobody'))
  const others: Running[] = []
  while (others.length < count - 1) others.push(await start(others.length + 2))
  const servers = [first, ...others] as const
  for (const { port } of servers) starting.use(await subscribe(port, eventsOf(QUIET_ROOM), 1))

  async function readCpu(): Promise<Cpu> {
    const [used, ofPostgres] = await Promise.all([
      Promise.all(servers.map((server) => server.usage())),
      postgres.cpuMicroseconds(),
    ])
    const { user, system } = process.cpuUsage()
    return {
      seconds: performance.now() / 1000,
      servers: used.map(({ cpuMicroseconds }) => cpuMicroseconds),
      postgres: ofPostgres,
      load: user + system,
    }
  }

  const running = starting.move()
  return {
    servers,
    async measureCpu(work) {
      const before = await readCpu()
      await work()
      const after = await readCpu()
      return {
        seconds: after.seconds - before.seconds,
        servers: after.servers.map((used, index) => used - (before.servers[index] ?? 0)),
        postgres: after.postgres - before.postgres,
        load: after.load - before.load,
      }
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
