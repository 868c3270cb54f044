import { express } from '../contenders/express.ts'
import { livekit } from '../contenders/livekit.ts'
import { raw } from '../contenders/raw.ts'
import { roomkeyJwt } from '../contenders/roomkey-jwt.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { stock } from '../contenders/stock.ts'
import { run } from '../contender.ts'
import { number, range, ratio } from '../format.ts'
import { ask, warmUp } from '../load.ts'
import type { Effort, Figure, Table, TableResult } from '../result.ts'
import { measureInTurn, pick, spread, type Entrant, type Rounds } from '../rounds.ts'
import { ratiosOf } from '../statistics.ts'

const CONNECTIONS = 32
const CONTENDERS = [roomkey, roomkeyJwt, stock, express, livekit, raw]
/** Those that a target compares follow each other: a machine is seldom disturbed for so short a time. */
const IN_TURN = [stock, roomkey, raw, livekit, roomkeyJwt, express]

export const mintTable: Table = { name: 'mint', run: measure }

async function measure(effort: Effort): Promise<TableResult> {
  await using stack = new AsyncDisposableStack()
  const entrants: Entrant[] = []
  for (const contender of IN_TURN) {
    const server = stack.use(await run(contender))
    requireToken(await ask(server, contender.mint), server.title)
    entrants.push({ server, request: contender.mint })
  }
  effort.say('warming up')
  for (const { server, request } of entrants) await warmUp(server, request, effort.quick ? 1 / 6 : 1)
  effort.say(`${effort.rounds} rounds of ${entrants.length} servers`)
  const results = await measureInTurn(entrants, { ...effort, connections: CONNECTIONS })
  effort.say('growth')
  const growth: Map<string, Rounds>[] = []
  for (const factor of effort.growth) {
    const connections = (CONNECTIONS / 4) * factor
    growth.push(await measureInTurn(entrants, { connections, rounds: 1, seconds: effort.growthSeconds }))
  }
  return {
    title: 'Token mint, one call a request',
    note: `${CONNECTIONS} connections, each asking for one access token after the other. CPU is the server's own. What the floor is above the stock plugin is all that a plugin for Fastify has to gain.`,
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
      {
        heading: 'Requests/s as connections grow',
        columns: ['', ...effort.growth.map((factor) => `${factor}× (${(CONNECTIONS / 4) * factor})`)],
        rows: CONTENDERS.map(({ name, title }) => [
          title,
          ...growth.map((step) => number(spread(step, name, 'requestsPerSecond').median)),
        ]),
      },
    ],
    figures: [
      figure(results, 'mint/roomkey÷raw', 'token mint: Roomkey ÷ raw Fastify', 'roomkey', 'raw', 0.85),
      figure(results, 'mint/roomkey÷stock', 'token mint: Roomkey ÷ tRPC stock plugin', 'roomkey', 'stock', 4),
      figure(
        results,
        'mint/jwt÷express',
        'token mint with JWT sign-in ÷ Express tutorial',
        'roomkey-jwt',
        'express',
        1.5,
      ),
      figure(results, 'mint/roomkey÷livekit', 'token mint: Roomkey ÷ LiveKit token server', 'roomkey', 'livekit'),
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
