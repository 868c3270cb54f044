import { express } from '../contenders/express.ts'
import { livekit } from '../contenders/livekit.ts'
import { nodeHttp } from '../contenders/node-http.ts'
import { raw } from '../contenders/raw.ts'
import { roomkeyJwt } from '../contenders/roomkey-jwt.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { stock } from '../contenders/stock.ts'
import { number, range, ratio } from '../format.ts'
import { ask, warmUp } from '../load.ts'
import type { Effort, Figure, Table, TableResult } from '../result.ts'
import { growthPart, measureGrowth, measureInTurn, pick, spread, type Entrant, type Rounds } from '../rounds.ts'
import { ratiosOf } from '../statistics.ts'

const CONNECTIONS = 32
const CONTENDERS = [roomkey, roomkeyJwt, stock, express, livekit, raw, nodeHttp]
/** Those that a target compares follow each other: a machine is seldom disturbed for so short a time. */
const IN_TURN = [nodeHttp, stock, roomkey, raw, livekit, roomkeyJwt, express]

export const mintTable: Table = { name: 'mint', run: measure }

async function measure(effort: Effort): Promise<TableResult> {
  const entrants = await Promise.all(
    IN_TURN.map(async (contender): Promise<Entrant> => {
      const server = await effort.servers.start(contender)
      requireToken(await ask(server, contender.mint), server.title)
      return { server, request: contender.mint }
    }),
  )
  effort.say('warming up')
  for (const { server, request } of entrants) await warmUp(server, request, effort.warmRequests)
  effort.say(`${effort.rounds} rounds of ${entrants.length} servers`)
  const results = await measureInTurn(entrants, { ...effort, connections: CONNECTIONS })
  const growth = await measureGrowth(entrants, results, { ...effort, connections: CONNECTIONS })
  return {
    title: 'Token mint, one call a request',
    note:
      `${CONNECTIONS} connections, each asking for one access token after the other. CPU is the server's own. The floor ` +
      'validates and routes as little as an API can that is open to browsers; the ceiling, Node without a framework, does ' +
      'neither. What it is above the stock plugin is all there is to gain on this machine.',
    parts: [
      {
        columns: ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', '÷ floor', '÷ stock'],
        rows: CONTENDERS.map(({ name, title }) => [
          title,
          range(spread(results, name, 'requestsPerSecond')),
          number(spread(results, name, 'p50Ms').median),
          number(spread(results, name, 'p99Ms').median),
          number(spread(results, name, 'cpuMicrosecondsPerRequest').median),
          ratio(compare(results, name, 'raw')),
          ratio(compare(results, name, 'stock')),
        ]),
      },
      ...growthPart('Requests/s as connections grow', CONTENDERS, growth),
    ],
    figures: [
      figure(results, 'mint/roomkey÷raw', 'token mint: Roomkey ÷ raw Fastify', 'roomkey', 'raw', 0.75),
      figure(results, 'mint/roomkey÷stock', 'token mint: Roomkey ÷ tRPC stock plugin', 'roomkey', 'stock', 2.5),
      figure(results, 'mint/roomkey÷livekit', 'token mint: Roomkey ÷ LiveKit token server', 'roomkey', 'livekit', 1.3),
      figure(results, 'mint/jwt÷raw', 'token mint with JWT sign-in ÷ raw Fastify', 'roomkey-jwt', 'raw', 0.55),
      figure(
        results,
        'mint/jwt÷express',
        'token mint with JWT sign-in ÷ Express tutorial',
        'roomkey-jwt',
        'express',
        1.5,
      ),
    ],
  }
}

function compare(results: Map<string, Rounds>, name: string, other: string) {
  return ratiosOf(pick(results, name, 'requestsPerSecond'), pick(results, other, 'requestsPerSecond'))
}

function figure(
  results: Map<string, Rounds>,
  id: string,
  label: string,
  name: string,
  other: string,
  target?: number,
): Figure {
  const ratios = compare(results, name, other)
  return { id, label, value: ratios.median, spread: ratios, unit: '×', better: 'higher', target }
}

/** A contender that does not sign is no contender. */
export function requireToken(body: string, title: string): void {
  if (!/"token":"eyJ[\w-]+\.[\w-]+\.[\w-]{43}"/.test(body))
    throw new Error(`${title} gave no token: ${body.slice(0, 200)}`)
}
