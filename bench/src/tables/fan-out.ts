import { run, type Running } from '../contender.ts'
import { fanOutRaw } from '../contenders/fan-out-raw.ts'
import { fanOutRoomkey } from '../contenders/fan-out-roomkey.ts'
import { fanOutStock } from '../contenders/fan-out-stock.ts'
import { kib, number, range, ratio } from '../format.ts'
import { measureMemory } from '../memory.ts'
import type { Effort, Figure, Table, TableResult } from '../result.ts'
import { percentile, ratiosOf, spreadOf } from '../statistics.ts'
import { subscribe, type Subscribers } from '../subscribers.ts'

const CONTENDERS = [fanOutRoomkey, fanOutStock, fanOutRaw]
const FEWEST_SUBSCRIBERS = 125
const EVENTS = 5
const ROUNDS = 3
const DEADLINE_MS = 60_000

export const fanOutTable: Table = { name: 'fan-out', run: measure }

type Measured = {
  deliveriesPerSecond: number[]
  cpuPerDelivery: number[]
  /** Not measured where nobody will look. */
  p99Ms: number | undefined
  bytesPerConnection: number
}

async function measure(effort: Effort): Promise<TableResult> {
  const steps = new Map<number, Map<string, Measured>>()
  // The stock plugin would take a third of a quick run for the largest size alone.
  const growth = effort.quick ? [2] : effort.growth
  const sizes = growth.map((factor) => FEWEST_SUBSCRIBERS * factor)
  for (const count of sizes) {
    effort.say(`${count} subscribers`)
    steps.set(count, await measureWith(count, effort, count === sizes.at(-1)))
  }
  const count = sizes.at(-1) ?? 0
  const of = (name: string): Measured => {
    const found = steps.get(count)?.get(name)
    if (found === undefined) throw new RangeError(`nothing was measured of ${name}`)
    return found
  }
  const toRaw = ratiosOf(of('roomkey').deliveriesPerSecond, of('raw').deliveriesPerSecond)
  const toStock = ratiosOf(of('roomkey').deliveriesPerSecond, of('stock').deliveriesPerSecond)
  return {
    title: `Fan-out to ${number(count)} subscribers`,
    note:
      `Server-sent events, one source, ${EVENTS} events a round, each published in a turn of its own. p99 is the time ` +
      'from publishing to reading at five events a second (ten in a quick run). Memory is what the process grows by for each of as many connections more, garbage collected; a quick run has too few to tell.',
    parts: [
      {
        columns: ['', 'deliveries/s', 'CPU µs/delivery', 'p99 ms', 'memory per connection', '÷ raw'],
        rows: CONTENDERS.map(({ name, title }) => [
          title,
          range(spreadOf(of(name).deliveriesPerSecond)),
          number(spreadOf(of(name).cpuPerDelivery).median),
          number(of(name).p99Ms ?? Number.NaN),
          effort.quick ? '–' : kib(of(name).bytesPerConnection),
          ratio(ratiosOf(of(name).deliveriesPerSecond, of('raw').deliveriesPerSecond)),
        ]),
      },
      {
        heading: 'Deliveries/s as subscribers grow',
        columns: ['', ...growth.map((factor) => `${factor}× (${number(FEWEST_SUBSCRIBERS * factor)})`)],
        rows: CONTENDERS.map(({ name, title }) => [
          title,
          ...sizes.map((size) => number(spreadOf(steps.get(size)?.get(name)?.deliveriesPerSecond ?? []).median)),
        ]),
      },
    ],
    figures: [
      {
        id: 'fan-out/roomkey÷raw',
        label: 'fan-out deliveries/s: Roomkey ÷ raw writes',
        value: toRaw.median,
        spread: toRaw,
        unit: '×',
        better: 'higher',
        target: 0.7,
      },
      {
        id: 'fan-out/roomkey÷stock',
        label: 'fan-out deliveries/s: Roomkey ÷ tRPC stock plugin',
        value: toStock.median,
        spread: toStock,
        unit: '×',
        better: 'higher',
        target: 4,
      },
      ...(effort.quick ? [] : [memoryFigure(of('roomkey').bytesPerConnection)]),
    ],
  }
}

function memoryFigure(bytesPerConnection: number): Figure {
  return {
    id: 'fan-out/memory',
    label: 'memory per subscriber',
    value: bytesPerConnection / 1024,
    unit: 'KiB',
    better: 'lower',
    target: 20,
  }
}

async function measureWith(
  count: number,
  { rounds, quick }: Effort,
  measureDelay: boolean,
): Promise<Map<string, Measured>> {
  await using stack = new AsyncDisposableStack()
  const entrants: { server: Running; readers: Subscribers; measured: Measured }[] = []
  const servers = await Promise.all(
    CONTENDERS.map(async (contender) => ({
      server: stack.use(await run(contender, { steadyHeap: true })),
      path: contender.path,
    })),
  )
  for (const { server, path } of servers) {
    const readers = stack.use(await subscribe(server.port, path, count))
    await publish(server, readers, 5, 0)
    const bytesPerConnection = quick ? Number.NaN : await measureMemory(server, path, count)
    entrants.push({
      server,
      readers,
      measured: { deliveriesPerSecond: [], cpuPerDelivery: [], p99Ms: undefined, bytesPerConnection },
    })
  }
  for (const { server, readers } of entrants) await publish(server, readers, 2, 0)
  for (let round = 0; round < Math.min(rounds, ROUNDS); round++) {
    for (const { server, readers, measured } of entrants) {
      const { seconds, cpuMicroseconds } = await publish(server, readers, EVENTS, 0)
      measured.deliveriesPerSecond.push((EVENTS * count) / seconds)
      measured.cpuPerDelivery.push(cpuMicroseconds / (EVENTS * count))
    }
  }
  for (const { server, readers, measured } of measureDelay ? entrants : []) {
    const { latencies } = await publish(server, readers, 5, quick ? 100 : 200)
    measured.p99Ms = percentile(
      latencies.toSorted((a, b) => a - b),
      99,
    )
  }
  return new Map(entrants.map(({ server, measured }) => [server.name, measured]))
}

async function publish(
  server: Running,
  readers: Subscribers,
  events: number,
  everyMs: number,
): Promise<{ seconds: number; cpuMicroseconds: number; latencies: number[] }> {
  const before = await server.usage()
  const received = readers.receive(events * readers.count, DEADLINE_MS)
  const started = performance.now()
  await server.call('publish', { events, everyMs })
  const latencies = await received
  const seconds = (performance.now() - started) / 1000
  const after = await server.usage()
  return { seconds, cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds, latencies }
}
