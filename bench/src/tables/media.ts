import { run } from '../contender.ts'
import { mediaWays } from '../contenders/media.ts'
import { kib, number, range } from '../format.ts'
import { measureCall, PICTURE, type Call } from '../media-call.ts'
import type { Cell, Effort, Figure, Table, TableResult } from '../result.ts'
import { ratiosOf, spreadOf } from '../statistics.ts'

type Way = (typeof mediaWays)[number]['title']
/** A call among so many pages, made so many times either way, one after the other. */
type Size = { pages: number; areMoving: boolean; ways: readonly Way[]; rounds: number }

const BOTH: readonly Way[] = ['mesh', 'forwarding']
/** That targets are set for: real cameras', and those that cost a mesh the least. */
const TARGETS = [
  { pages: 6, areMoving: true, ways: BOTH, rounds: 2 },
  { pages: 6, areMoving: false, ways: BOTH, rounds: 2 },
] as const
const SIZES: readonly Size[] = [
  { pages: 3, areMoving: false, ways: BOTH, rounds: 1 },
  ...TARGETS,
  { pages: 10, areMoving: false, ways: BOTH, rounds: 1 },
  // More than a mesh on two cores could bear.
  { pages: 12, areMoving: false, ways: ['forwarding'], rounds: 1 },
]
/** By the mesh's: what forwarding may cost the browsers, and how long a newcomer may wait. */
const CPU_TARGET = 0.65
const WAIT_TARGET = 0.4
/** A packet costs what it costs, however many there are. */
const LINEAR_TARGET = 1.1

export const mediaTable: Table = { name: 'media', run: measure }

type Row = Size & { way: Way; calls: Call[] }

async function measure(effort: Effort): Promise<TableResult> {
  const rows: Row[] = []
  for (const size of effort.quick ? SIZES.slice(0, 1) : SIZES) {
    const found = size.ways.map((way) => ({ ...size, way, calls: [] as Call[] }))
    rows.push(...found)
    for (let round = 0; round < size.rounds; round++) {
      for (const { way, calls } of round % 2 === 0 ? found : found.toReversed()) {
        effort.say(`${size.pages} pages, ${describe(size)}, ${way}`)
        const contender = mediaWays.find(({ title }) => title === way)
        if (contender === undefined) throw new RangeError(`no such way: ${way}`)
        await using server = await run(contender)
        const seconds = effort.quick ? 3 : 6
        const newcomers = effort.quick ? 1 : size.rounds > 1 ? 5 : 3
        calls.push(await measureCall(server, { ...size, seconds, newcomers }))
      }
    }
  }
  return {
    title: 'Media of a group room, from browser to browser and through the server',
    note:
      `Tabs of one Chromium with ${PICTURE.width}×${PICTURE.height} pictures at ${PICTURE.frameRate} a second and sound. ` +
      'Pictures move as those of a camera do, or stand still but for a strip, which costs a mesh the least. Processor in ' +
      'per cent of one core, microphones’ noise suppression apart, which costs the same either way; the wait is that of ' +
      'newcomers, one after the other, for the first picture of all others. SRTP is AES-128-GCM; a packet’s price is all ' +
      'of the server’s time, shared out among the packets that arrived.',
    parts: [
      {
        columns: [
          'pages',
          'pictures',
          'media',
          'browsers CPU %',
          'emulator CPU %',
          'newcomer waits ms',
          'frames/s',
          'packets/s',
          'µs/packet',
          'memory a client',
        ],
        rows: rows.map(toCells),
      },
    ],
    // A quick run has no calls of those sizes, and so no figures.
    figures: effort.quick ? [] : [...TARGETS.flatMap((size) => compareWays(rows, size)), createLinearFigure(rows)],
  }
}

function describe({ areMoving }: Pick<Size, 'areMoving'>): string {
  return areMoving ? 'moving' : 'still'
}

function toCells(row: Row): Cell[] {
  const { pages, way, calls } = row
  const median = (value: (call: Call) => number) => spreadOf(calls.map(value)).median
  return [
    pages,
    describe(row),
    way,
    number(median(({ browserCpu }) => browserCpu * 100)),
    number(median(({ serverCpu }) => serverCpu * 100)),
    range(spreadOf(calls.flatMap(({ waitsMs }) => waitsMs))),
    number(median(({ framesASecond }) => framesASecond)),
    number(median(({ packetsASecond }) => packetsASecond)),
    way === 'forwarding' ? number(median(priceOf)) : '–',
    kib(median(({ bytesAClient }) => bytesAClient)),
  ]
}

/** What one packet that arrives costs the server, in microseconds. */
function priceOf({ serverCpu, packetsASecond }: Call): number {
  return (serverCpu * 1e6) / packetsASecond
}

function findCalls(rows: readonly Row[], { pages, areMoving }: Pick<Size, 'pages' | 'areMoving'>, way: Way): Call[] {
  return rows.find((row) => row.pages === pages && row.areMoving === areMoving && row.way === way)?.calls ?? []
}

function compareWays(rows: readonly Row[], size: (typeof TARGETS)[number]): Figure[] {
  const [mesh, forwarding] = BOTH.map((way) => findCalls(rows, size, way))
  const compare = (id: string, what: string, target: number, value: (call: Call) => number): Figure => {
    const ratio = ratiosOf(forwarding?.map(value) ?? [], mesh?.map(value) ?? [])
    return {
      id: `media/${id}-${describe(size)}`,
      label: `emulator: ${what} of ${size.pages} pages, ${describe(size)} pictures, forwarding ÷ mesh`,
      value: ratio.median,
      spread: ratio,
      unit: '×',
      better: 'lower',
      target,
    }
  }
  return [
    compare('cpu', 'browsers’ CPU', CPU_TARGET, ({ browserCpu }) => browserCpu),
    compare('wait', 'newcomer’s wait', WAIT_TARGET, ({ waitsMs }) => spreadOf(waitsMs).median),
  ]
}

function createLinearFigure(rows: readonly Row[]): Figure {
  const price = (pages: number) =>
    spreadOf(findCalls(rows, { pages, areMoving: false }, 'forwarding').map(priceOf)).median
  return {
    id: 'media/linear',
    label: 'emulator: price of a forwarded packet among 10 pages ÷ among 3',
    value: price(10) / price(3),
    unit: '×',
    better: 'lower',
    target: LINEAR_TARGET,
  }
}
