import { STAMP, createCallback, eventsOf, loadCallbacks, send, stamp } from '../callbacks.ts'
import { run, type Running } from '../contender.ts'
import { eventsRaw } from '../contenders/events-raw.ts'
import { eventsRoomkey } from '../contenders/events-roomkey.ts'
import { kib, number, range, ratio } from '../format.ts'
import { load, warmUp } from '../load.ts'
import { measureMemory } from '../memory.ts'
import { startBenchPostgres } from '../postgres.ts'
import type { Effort, Figure, Table, TableResult } from '../result.ts'
import { percentile, ratiosOf, spreadOf } from '../statistics.ts'
import { subscribe } from '../subscribers.ts'

/** A burst, as when a large meeting ends: what is stored at once is stored together. */
const CONNECTIONS = 256
const DEADLINE_MS = 60_000
const EVENTS = 5
const SUBSCRIBERS = 2000
const ROOMS = 125
const SUBSCRIBERS_A_ROOM = 5
/** Signed ahead; none is sent twice. */
const CALLBACKS_A_SECOND = 12_000

export const eventsTable: Table = { name: 'events', run: measure }

async function measure(effort: Effort): Promise<TableResult> {
  const intake = await measureIntake(effort)
  const fanOut = await measureFanOut(effort)
  const rooms = await measureRooms(effort)
  const mint = await measureMint(effort)
  return {
    title: 'Events: callbacks in, stored, and out',
    note:
      'Each callback is signed, about somebody new, and answered once it is on the disk; raw Fastify reads the same ' +
      'forms, and stores nothing. Fan-out is from a signed callback to what subscribers of its room read.',
    parts: [intake.part, fanOut.part, rooms.part, mint.part],
    figures: [...intake.figures, ...fanOut.figures, ...rooms.figures, ...mint.figures],
  }
}

async function measureIntake({ rounds, seconds, say }: Effort) {
  say('callbacks')
  await using postgres = await startBenchPostgres()
  await using stack = new AsyncDisposableStack()
  const onPostgres = {
    ...eventsRoomkey,
    name: 'postgres',
    title: 'Roomkey, PostgreSQL',
    env: { ...eventsRoomkey.env, DATABASE_URL: postgres.url },
  }
  const servers: Running[] = []
  for (const contender of [eventsRoomkey, onPostgres, eventsRaw]) servers.push(stack.use(await run(contender)))
  const length = Math.max(1, seconds)
  const fresh = () => Array.from({ length: 2 * CALLBACKS_A_SECOND * length }, (_, n) => createCallback(n % 100, 'ann'))
  const found = new Map<string, { perSecond: number[]; p99Ms: number[] }>()
  // The first round of each warms it up.
  for (let round = 0; round <= rounds; round++) {
    for (const server of servers) {
      const callbacks = fresh()
      const { perSecond, p99Ms } = await loadCallbacks(server, callbacks, { connections: CONNECTIONS, seconds: length })
      if (round === 0) found.set(server.name, { perSecond: [], p99Ms: [] })
      else found.get(server.name)?.perSecond.push(perSecond)
      if (round > 0) found.get(server.name)?.p99Ms.push(p99Ms)
    }
  }
  const of = (name: string) => found.get(name) ?? { perSecond: [], p99Ms: [] }
  const toRaw = (name: string) => ratiosOf(of(name).perSecond, of('raw').perSecond)
  return {
    part: {
      heading: `Callbacks verified, stored and answered, ${CONNECTIONS} connections`,
      columns: ['', 'callbacks/s', 'p99 ms', '÷ raw'],
      rows: servers.map(({ name, title }) => [
        title,
        range(spreadOf(of(name).perSecond)),
        number(spreadOf(of(name).p99Ms).median),
        ratio(toRaw(name)),
      ]),
    },
    figures: [
      figure('events/sqlite÷raw', 'callbacks stored on SQLite ÷ raw Fastify storing nothing', toRaw('roomkey'), 0.3),
      figure('events/postgres÷raw', 'callbacks stored on PostgreSQL ÷ raw Fastify', toRaw('postgres'), 0.15),
    ],
  }
}

async function measureFanOut({ rounds, quick, say }: Effort) {
  const count = quick ? 250 : SUBSCRIBERS
  say(`${count} subscribers of one room`)
  await using stack = new AsyncDisposableStack()
  const entrants = []
  for (const [contender, path] of [
    [eventsRoomkey, eventsOf(0)],
    [eventsRaw, '/events'],
  ] as const) {
    const server = stack.use(await run(contender, { steadyHeap: true }))
    await send(server, createCallback(0, stamp()))
    const readers = stack.use(await subscribe(server.port, path, count, STAMP))
    const received = readers.receive(EVENTS * count, DEADLINE_MS)
    for (let n = 0; n < EVENTS; n++) await send(server, createCallback(0, stamp()))
    await received
    const bytes = quick ? Number.NaN : await measureMemory(server, path, count, STAMP)
    entrants.push({ server, readers, bytes, perSecond: [] as number[] })
  }
  for (let round = 0; round <= Math.min(rounds, 3); round++) {
    for (const { server, readers, perSecond } of entrants) {
      const received = readers.receive(EVENTS * count, DEADLINE_MS)
      const started = performance.now()
      for (let n = 0; n < EVENTS; n++) await send(server, createCallback(0, stamp()))
      await received
      if (round > 0) perSecond.push((EVENTS * count * 1000) / (performance.now() - started))
    }
  }
  const p99s: number[] = []
  for (const { server, readers } of entrants) {
    const received = readers.receive(EVENTS * count, DEADLINE_MS)
    for (let n = 0; n < EVENTS; n++) {
      await send(server, createCallback(0, stamp()))
      await new Promise((resolve) => setTimeout(resolve, 200))
    }
    const latencies = await received
    p99s.push(
      percentile(
        latencies.toSorted((a, b) => a - b),
        99,
      ),
    )
  }
  const [ours, raw] = entrants
  const toRaw = ratiosOf(ours?.perSecond ?? [], raw?.perSecond ?? [])
  const [ourP99 = Number.NaN, rawP99 = Number.NaN] = p99s
  return {
    part: {
      heading: `One room, ${number(count)} subscribers`,
      columns: ['', 'deliveries/s', 'p99 ms at 5 events/s', 'memory per subscriber', '÷ raw'],
      rows: entrants.map(({ server, perSecond, bytes }, index) => [
        server.title,
        range(spreadOf(perSecond)),
        number(p99s[index] ?? Number.NaN),
        quick ? '–' : kib(bytes),
        ratio(ratiosOf(perSecond, raw?.perSecond ?? [])),
      ]),
    },
    figures: [
      figure('events/fan-out÷raw', 'events from callback to subscribers ÷ raw writes', toRaw, 0.7),
      {
        id: 'events/p99÷raw',
        label: 'p99 from callback to subscriber ÷ raw writes',
        value: ourP99 / rawP99,
        unit: '×',
        better: 'lower' as const,
        target: 2,
      },
      ...(quick
        ? []
        : [
            {
              id: 'events/memory',
              label: 'memory per subscriber of events',
              value: (ours?.bytes ?? Number.NaN) / 1024,
              unit: 'KiB',
              better: 'lower' as const,
              target: 20,
            },
          ]),
    ],
  }
}

/** What an event of one room costs the server's processor, as the number of other rooms with subscribers grows. */
async function measureRooms({ quick, say }: Effort) {
  const factors = quick ? [1, 4] : [1, 4, 16]
  const costs: number[] = []
  for (const factor of factors) {
    const rooms = ROOMS * factor
    say(`${rooms} rooms`)
    await using server = await run(eventsRoomkey, { steadyHeap: true })
    await using stack = new AsyncDisposableStack()
    for (let room = 0; room < rooms; room++) await send(server, createCallback(room, stamp()))
    const crowds = []
    for (let room = 0; room < rooms; room++) {
      crowds.push(stack.use(await subscribe(server.port, eventsOf(room), SUBSCRIBERS_A_ROOM, STAMP)))
    }
    const rounds: number[] = []
    for (let round = 0; round < 5; round++) {
      // The same number of events whatever there is besides, each in a room of its own.
      const chosen = crowds.slice(0, ROOMS)
      const received = chosen.map((crowd) => crowd.receive(SUBSCRIBERS_A_ROOM, DEADLINE_MS))
      const before = await server.usage()
      for (let room = 0; room < ROOMS; room++) await send(server, createCallback(room, stamp()))
      await Promise.all(received)
      const after = await server.usage()
      rounds.push((after.cpuMicroseconds - before.cpuMicroseconds) / ROOMS)
    }
    costs.push(spreadOf(rounds.slice(1)).median)
  }
  const growth = (costs.at(-1) ?? Number.NaN) / (costs[0] ?? Number.NaN)
  return {
    part: {
      heading: `Rooms with ${SUBSCRIBERS_A_ROOM} subscribers each: CPU µs/event`,
      columns: factors.map((factor) => `${factor}× (${number(ROOMS * factor)} rooms)`),
      rows: [costs.map((cost) => number(cost))],
    },
    figures: [
      {
        id: 'events/rooms-growth',
        label: `CPU of an event: ${factors.at(-1)}× the rooms ÷ 1×`,
        value: growth,
        unit: '×',
        better: 'lower' as const,
        target: 1.3,
      },
    ],
  }
}

/** Tokens of a server that has taken events, against one that never has. */
async function measureMint({ rounds, seconds, warmRequests, say }: Effort) {
  say('tokens')
  await using stack = new AsyncDisposableStack()
  const [quiet, busy] = [stack.use(await run(eventsRoomkey)), stack.use(await run(eventsRoomkey))]
  for (let n = 0; n < 200; n++) await send(busy, createCallback(n, stamp()))
  const perSecond = { quiet: [] as number[], busy: [] as number[] }
  for (const server of [quiet, busy]) await warmUp(server, eventsRoomkey.mint, warmRequests)
  for (let round = 0; round < rounds; round++) {
    const order = [
      ['quiet', quiet],
      ['busy', busy],
    ] as const
    for (const [name, server] of round % 2 === 0 ? order : order.toReversed()) {
      perSecond[name].push((await load(server, eventsRoomkey.mint, { connections: 32, seconds })).requestsPerSecond)
    }
  }
  const toQuiet = ratiosOf(perSecond.busy, perSecond.quiet)
  return {
    part: {
      heading: 'Tokens signed a second, nobody subscribed',
      columns: ['', 'requests/s', '÷ before any event'],
      rows: [
        ['before any event', range(spreadOf(perSecond.quiet)), '–'],
        ['after 200 events', range(spreadOf(perSecond.busy)), ratio(toQuiet)],
      ],
    },
    figures: [figure('events/mint', 'token mint: with events in the log ÷ without', toQuiet, 0.97)],
  }
}

function figure(id: string, label: string, spread: ReturnType<typeof ratiosOf>, target: number): Figure {
  return { id, label, value: spread.median, spread, unit: '×', better: 'higher', target }
}
