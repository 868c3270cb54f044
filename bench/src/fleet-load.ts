import { setTimeout as wait } from 'node:timers/promises'
import { STAMP, createCallback, eventsOf, loadCallbacks, send, stamp, type Callback } from './callbacks.ts'
import type { Running } from './contender.ts'
import type { Cpu, Fleet } from './fleet.ts'
import { subscribe, together, type Subscribers } from './subscribers.ts'

const CONNECTIONS = 256
const DEADLINE_MS = 60_000
/** Signed ahead, for all servers together; none is sent twice. */
const CALLBACKS_A_SECOND = 24_000
/** The room that is listened to. */
const ROOM = 0
/** Rooms that are reported on when it is storing that counts. */
const ROOMS = 100

export type Intake = { callbacks: number; perSecond: number; p99Ms: number; cpu: Cpu }

/** Callbacks as fast as they are answered, to some of the servers, the connections shared among them. */
export async function loadFleet(fleet: Fleet, servers: readonly Running[], seconds: number): Promise<Intake> {
  const size = Math.ceil((CALLBACKS_A_SECOND * seconds) / servers.length)
  const callbacks = servers.map(() => Array.from({ length: size }, (_, n) => createCallback(1 + (n % ROOMS), 'ann')))
  let results: { perSecond: number; p99Ms: number }[] = []
  const cpu = await fleet.measureCpu(async () => {
    results = await Promise.all(
      servers.map((server, index) =>
        loadCallbacks(server, callbacks[index] as Callback[], {
          connections: CONNECTIONS / servers.length,
          seconds,
        }),
      ),
    )
  })
  const perSecond = results.reduce((sum, result) => sum + result.perSecond, 0)
  return { callbacks: perSecond * seconds, perSecond, p99Ms: Math.max(...results.map(({ p99Ms }) => p99Ms)), cpu }
}

export type FanOut = { deliveries: number; perSecond: number; cpu: Cpu }

/** Rounds of events of one room, each reported to the next server, to subscribers spread over all. */
export async function fanOut(
  fleet: Fleet,
  { subscribers, events, rounds }: { subscribers: number; events: number; rounds: number },
): Promise<FanOut[]> {
  const { servers } = fleet
  await send(servers[0], createCallback(ROOM, stamp()))
  await using stack = new AsyncDisposableStack()
  const crowds: Subscribers[] = []
  for (const { port } of servers) {
    crowds.push(stack.use(await subscribe(port, eventsOf(ROOM), subscribers / servers.length, STAMP)))
  }
  const crowd = crowds.reduce(together)
  const results: FanOut[] = []
  while (results.length < rounds) {
    const deliveries = events * crowd.count
    const received = crowd.receive(deliveries, DEADLINE_MS)
    const cpu = await fleet.measureCpu(async () => {
      for (let n = 0; n < events; n++) await send(serverOf(servers, n), createCallback(ROOM, stamp()))
      await received
    })
    results.push({ deliveries, perSecond: deliveries / cpu.seconds, cpu })
  }
  return results
}

/** How long an event takes from a callback at the first server to a subscriber there, and to one at any other. */
export async function measureLatency(
  { servers }: Fleet,
  { events, everyMs }: { events: number; everyMs: number },
): Promise<{ same: number[]; other: number[] }> {
  await send(servers[0], createCallback(ROOM, stamp()))
  await using stack = new AsyncDisposableStack()
  const readers: Subscribers[] = []
  for (const { port } of servers) readers.push(stack.use(await subscribe(port, eventsOf(ROOM), 1, STAMP)))
  const received = Promise.all(readers.map((reader) => reader.receive(events, events * everyMs + DEADLINE_MS)))
  for (let n = 0; n < events; n++) {
    await send(servers[0], createCallback(ROOM, stamp()))
    await wait(everyMs)
  }
  const [same = [], ...others] = await received
  return { same, other: others.flat() }
}

function serverOf(servers: Fleet['servers'], number: number): Running {
  return servers[number % servers.length] ?? servers[0]
}
