import { run, type Contender, type Request } from '../contender.ts'
import { emulator } from '../contenders/emulator.ts'
import { roomkey } from '../contenders/roomkey.ts'
import { CREDENTIALS, TWILIO_ENVIRONMENT } from '../contenders/work.ts'
import { number, range, ratio } from '../format.ts'
import { ask, warmUp } from '../load.ts'
import type { Effort, Figure, Table, TableResult } from '../result.ts'
import { measureInTurn, pick, spread, type Entrant, type Rounds } from '../rounds.ts'
import { ratiosOf } from '../statistics.ts'
import { Servers } from '../servers.ts'
import { requireToken } from './mint.ts'

const CONNECTIONS = 32

/** What the same call may cost more over REST. */
const TARGET = 1 / 1.15

export const restTable: Table = { name: 'rest', run: measure }

/** Two servers, the same in everything, of which one is asked over tRPC and the other over REST. */
const WIRES: Contender[] = ['trpc', 'rest'].map((name) => ({
  ...roomkey,
  name,
  title: name === 'trpc' ? 'tRPC' : 'REST',
}))

async function measure(effort: Effort): Promise<TableResult> {
  await using stack = new AsyncDisposableStack()
  const mint = await measureCall(effort, stack.use(new Servers()), {}, () => ({
    trpc: roomkey.mint,
    rest: { ...roomkey.mint, path: '/v1/auth/token' },
  }))
  const twilio = stack.use(await run(emulator))
  const sid = await createRoom(twilio)
  const env = { ...TWILIO_ENVIRONMENT, TWILIO_VIDEO_URL: twilio.origin, OPEN_ACCESS: 'true', DATA_DIR: ':memory:' }
  const get = await measureCall(effort, stack.use(new Servers()), env, () => ({
    trpc: { method: 'GET', path: `/trpc/rooms.get?input=${encodeURIComponent(JSON.stringify({ sid }))}` },
    rest: { method: 'GET', path: `/v1/rooms/${sid}` },
  }))
  return {
    title: 'REST',
    note: `The same procedure over tRPC and over REST, ${CONNECTIONS} connections, two servers in turn.`,
    parts: [
      {
        columns: ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs/request', '÷ tRPC'],
        rows: [...rowsOf('auth.getToken', mint), ...rowsOf('rooms.get', get)],
      },
    ],
    figures: [
      figure('rest/mint÷trpc', 'auth.getToken: REST ÷ tRPC', mint),
      figure('rest/get÷trpc', 'rooms.get: REST ÷ tRPC', get),
    ],
  }
}

async function measureCall(
  effort: Effort,
  servers: Servers,
  env: Record<string, string>,
  requests: () => Record<string, Request>,
): Promise<Map<string, Rounds>> {
  const wanted = requests()
  const entrants = await Promise.all(
    WIRES.map(async (wire): Promise<Entrant> => {
      const server = await servers.start({ ...wire, env: { ...wire.env, ...env } })
      const request = wanted[wire.name] as Request
      const body = await ask(server, request)
      if (request.method === 'POST') requireToken(body, server.title)
      return { server, request }
    }),
  )
  for (const { server, request } of entrants) await warmUp(server, request, effort.warmRequests)
  effort.say(`${effort.rounds} rounds of ${entrants.length} wires`)
  return measureInTurn(entrants, { ...effort, connections: CONNECTIONS })
}

async function createRoom(twilio: Parameters<typeof ask>[0]): Promise<string> {
  const { apiKeySid, apiKeySecret } = CREDENTIALS
  const authorization = `Basic ${Buffer.from(`${apiKeySid}:${apiKeySecret}`).toString('base64')}`
  const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' }
  const { sid } = JSON.parse(await ask(twilio, { method: 'POST', path: '/v1/Rooms', headers, body: '' })) as {
    sid: string
  }
  return sid
}

function rowsOf(call: string, results: Map<string, Rounds>) {
  return WIRES.map(({ name, title }) => [
    `${call} over ${title}`,
    range(spread(results, name, 'requestsPerSecond')),
    number(spread(results, name, 'p50Ms').median),
    number(spread(results, name, 'p99Ms').median),
    number(spread(results, name, 'cpuMicrosecondsPerRequest').median),
    ratio(compare(results, name)),
  ])
}

function compare(results: Map<string, Rounds>, name: string) {
  return ratiosOf(pick(results, name, 'requestsPerSecond'), pick(results, 'trpc', 'requestsPerSecond'))
}

function figure(id: string, label: string, results: Map<string, Rounds>): Figure {
  const ratios = compare(results, 'rest')
  return { id, label, value: ratios.median, spread: ratios, unit: '×', better: 'higher', target: TARGET }
}
