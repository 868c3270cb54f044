import { run, type Contender, type Request, type Running } from '../contender.ts'
import { emulator } from '../contenders/emulator.ts'
import { express } from '../contenders/express.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { ANSWER_AFTER_MS, slowTwilio } from '../contenders/slow-twilio.ts'
import { stock } from '../contenders/stock.ts'
import { CREDENTIALS, TWILIO_ENVIRONMENT } from '../contenders/work.ts'
import { number, range, ratio } from '../format.ts'
import { Servers } from '../servers.ts'
import { ask, load, warmUp, type Round } from '../load.ts'
import type { Cell, Effort, Table, TableResult } from '../result.ts'
import { measureInTurn, pick, spread, type Entrant } from '../rounds.ts'
import { ratiosOf } from '../statistics.ts'

const CONNECTIONS = 32
const ROUNDS = 4
const FEWEST_CALLERS = 62.5
const CONTENDERS = [roomkey, stock, express]

export const roomsGetTable: Table = { name: 'rooms', run: measure }

async function measure(effort: Effort): Promise<TableResult> {
  await using stack = new AsyncDisposableStack()
  const twilio = stack.use(await run(emulator))
  const sid = await createRoom(twilio)
  const servers = stack.use(new Servers())
  const entrants = await Promise.all(
    CONTENDERS.map(async (contender): Promise<Entrant> => {
      const server = await servers.start(onTwilio(contender, twilio))
      const request = getRoom(contender, sid)
      if (!(await ask(server, request)).includes(sid)) throw new Error(`${server.title} did not find the room`)
      return { server, request }
    }),
  )
  for (const { server, request } of entrants) await warmUp(server, request, effort.warmRequests / 4)
  const rounds = Math.min(effort.rounds, ROUNDS)
  effort.say(`${rounds} rounds of ${entrants.length} servers on the emulator`)
  const results = await measureInTurn(entrants, { ...effort, rounds, connections: CONNECTIONS })
  effort.say('callers of a slow Twilio')
  const slow = await measureSlow(effort, sid)
  const toStock = ratiosOf(pick(results, 'roomkey', 'requestsPerSecond'), pick(results, 'stock', 'requestsPerSecond'))
  const most = slow.at(-1)
  return {
    title: 'rooms.get',
    note:
      `One room, ${CONNECTIONS} connections, through the emulator's REST; then from a Twilio that takes ` +
      `${ANSWER_AFTER_MS} ms for every answer. Callers that ask for the same at the same time share one REST call in ` +
      'Roomkey; the last column says how many answers came of one.',
    parts: [
      {
        columns: ['on the emulator', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', '÷ stock'],
        rows: CONTENDERS.map(({ name, title }) => [
          title,
          range(spread(results, name, 'requestsPerSecond')),
          number(spread(results, name, 'p50Ms').median),
          number(spread(results, name, 'p99Ms').median),
          number(spread(results, name, 'cpuMicrosecondsPerRequest').median),
          ratio(ratiosOf(pick(results, name, 'requestsPerSecond'), pick(results, 'stock', 'requestsPerSecond'))),
        ]),
      },
      {
        heading: `A Twilio that takes ${ANSWER_AFTER_MS} ms`,
        columns: ['concurrent callers', 'server', 'requests/s', 'p50 ms', 'p99 ms', 'REST calls', 'answers per call'],
        rows: slow.flatMap(({ rows }) => rows),
      },
    ],
    figures: [
      {
        id: 'rooms/roomkey÷stock',
        label: 'rooms.get on the emulator: Roomkey ÷ tRPC stock plugin',
        value: toStock.median,
        spread: toStock,
        unit: '×',
        better: 'higher',
      },
      {
        id: 'rooms/slow÷express',
        label: `rooms.get, 1,000 callers of a slow Twilio: Roomkey ÷ Express tutorial`,
        value: (most?.rates.get('roomkey') ?? 0) / (most?.rates.get('express') ?? 1),
        unit: '×',
        better: 'higher',
      },
    ],
  }
}

type SlowStep = { rows: Cell[][]; rates: Map<string, number> }

async function measureSlow({ seconds, growth, warmRequests }: Effort, sid: string): Promise<SlowStep[]> {
  const steps: SlowStep[] = []
  await using stack = new AsyncDisposableStack()
  const twilio = stack.use(await run(slowTwilio))
  const servers = stack.use(new Servers())
  const entrants = await Promise.all(
    [roomkey, express].map(async (contender): Promise<Entrant> => {
      const server = await servers.start(onTwilio(contender, twilio))
      return { server, request: getRoom(contender, sid) }
    }),
  )
  for (const { server, request } of entrants) await warmUp(server, request, warmRequests / 8)
  for (const factor of growth) {
    const connections = Math.floor(FEWEST_CALLERS * factor)
    const step: SlowStep = { rows: [], rates: new Map() }
    for (const { server, request } of entrants) {
      const { round, calls } = await loadAndCount(twilio, server, request, connections, seconds * 3)
      step.rates.set(server.name, round.requestsPerSecond)
      step.rows.push([
        connections,
        server.title,
        number(round.requestsPerSecond),
        number(round.p50Ms),
        number(round.p99Ms),
        number(calls),
        number((round.requestsPerSecond * seconds * 3) / calls),
      ])
    }
    steps.push(step)
  }
  return steps
}

async function loadAndCount(
  twilio: Running,
  server: Running,
  request: Request,
  connections: number,
  seconds: number,
): Promise<{ round: Round; calls: number }> {
  const before = (await twilio.call('countRequests')) as number
  const round = await load(server, request, { connections, seconds })
  return { round, calls: ((await twilio.call('countRequests')) as number) - before }
}

/** The contender with production credentials, and its Twilio where the bench wants it. */
function onTwilio(contender: Contender, twilio: Running): Contender {
  return {
    ...contender,
    env: { ...TWILIO_ENVIRONMENT, OPEN_ACCESS: 'true', DATA_DIR: '/nonexistent', TWILIO_VIDEO_URL: twilio.origin },
  }
}

function getRoom({ name }: Contender, sid: string): Request {
  const path =
    name === 'express' ? `/rooms/${sid}` : `/trpc/rooms.get?input=${encodeURIComponent(JSON.stringify({ sid }))}`
  return { method: 'GET', path }
}

async function createRoom({ origin }: Running): Promise<string> {
  const credentials = Buffer.from(`${CREDENTIALS.apiKeySid}:${CREDENTIALS.apiKeySecret}`).toString('base64')
  const response = await fetch(`${origin}/v1/Rooms`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/x-www-form-urlencoded' },
    body: 'UniqueName=bench',
  })
  const { sid } = (await response.json()) as { sid: string }
  return sid
}
