import type { Contender, Request } from '../contender.ts'
import { nodeHttp } from '../contenders/node-http.ts'
import { raw } from '../contenders/raw.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { stock } from '../contenders/stock.ts'
import { INPUT, JSON_HEADERS } from '../contenders/work.ts'
import { number, range, ratio } from '../format.ts'
import { ask, warmUp } from '../load.ts'
import type { Effort, Table, TableResult } from '../result.ts'
import { growthPart, measureGrowth, measureInTurn, pick, spread, type Entrant } from '../rounds.ts'
import { ratiosOf } from '../statistics.ts'
import { requireToken } from './mint.ts'

const SIZE = 10
const CONNECTIONS = 16

export const batchTable: Table = { name: 'batch', run: measure }

const CONTENDERS: { contender: Contender; batch: Request }[] = [
  { contender: roomkey, batch: trpcBatch() },
  { contender: stock, batch: trpcBatch() },
  { contender: raw, batch: plainBatch() },
  { contender: nodeHttp, batch: plainBatch() },
]

async function measure(effort: Effort): Promise<TableResult> {
  const entrants = await Promise.all(
    CONTENDERS.map(async ({ contender, batch }): Promise<Entrant> => {
      const server = await effort.servers.start(contender)
      const body = await ask(server, batch)
      requireToken(body, server.title)
      if ((JSON.parse(body) as unknown[]).length !== SIZE) throw new Error(`${server.title} did not answer all calls`)
      return { server, request: batch }
    }),
  )
  effort.say('warming up')
  for (const { server, request } of entrants) await warmUp(server, request, effort.warmRequests / 4)
  effort.say(`${effort.rounds} rounds of ${entrants.length} servers`)
  const results = await measureInTurn(entrants, { ...effort, connections: CONNECTIONS })
  const growth = await measureGrowth(entrants, results, { ...effort, connections: CONNECTIONS })
  const callsPerSecond = (name: string): number[] =>
    pick(results, name, 'requestsPerSecond').map((requests) => requests * SIZE)
  const toStock = ratiosOf(callsPerSecond('roomkey'), callsPerSecond('stock'))
  const toFloor = ratiosOf(callsPerSecond('roomkey'), callsPerSecond('raw'))
  return {
    title: `Batches of ${SIZE} token mints`,
    note: `${CONNECTIONS} connections. Floor and ceiling are plain routes that take and give an array.`,
    parts: [
      {
        columns: ['', 'batches/s', 'tokens/s', 'p99 ms', 'CPU µs/token', '÷ floor', '÷ stock'],
        rows: CONTENDERS.map(({ contender: { name, title } }) => [
          title,
          range(spread(results, name, 'requestsPerSecond')),
          number(spread(results, name, 'requestsPerSecond').median * SIZE),
          number(spread(results, name, 'p99Ms').median),
          number(spread(results, name, 'cpuMicrosecondsPerRequest').median / SIZE),
          ratio(ratiosOf(callsPerSecond(name), callsPerSecond('raw'))),
          ratio(ratiosOf(callsPerSecond(name), callsPerSecond('stock'))),
        ]),
      },
      ...growthPart(
        'Batches/s as connections grow',
        CONTENDERS.map(({ contender }) => contender),
        growth,
      ),
    ],
    figures: [
      {
        id: 'batch/roomkey÷stock',
        label: `batch of ${SIZE}: Roomkey ÷ tRPC stock plugin`,
        value: toStock.median,
        spread: toStock,
        unit: '×',
        better: 'higher',
        target: 2.5,
      },
      {
        id: 'batch/roomkey÷raw',
        label: `batch of ${SIZE}: Roomkey ÷ raw Fastify`,
        value: toFloor.median,
        spread: toFloor,
        unit: '×',
        better: 'higher',
      },
    ],
  }
}

function plainBatch(): Request {
  const inputs = Array.from({ length: SIZE }, () => INPUT)
  return { method: 'POST', path: '/tokens', headers: JSON_HEADERS, body: JSON.stringify(inputs) }
}

function trpcBatch(): Request {
  const path = `/trpc/${Array(SIZE).fill('auth.getToken').join(',')}?batch=1`
  const inputs = Object.fromEntries(Array.from({ length: SIZE }, (_, index) => [index, INPUT]))
  return { method: 'POST', path, headers: JSON_HEADERS, body: JSON.stringify(inputs) }
}
