import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { connect } from 'node:net'
import { parseArgs } from 'node:util'
import type { Usage } from './contenders/serve.ts'
import { run, type Running } from './contender.ts'
import { emulator } from './contenders/emulator.ts'
import { roomkeyJwt, signUser } from './contenders/roomkey-jwt.ts'

// Nobody can fill the server up: hostile traffic of many kinds, each request by somebody new, and what the server holds
// after the first minute beside what it holds at the end, garbage collected.

const USAGE = `Usage: node bench/src/hostile.ts [--minutes 5] [--connections 16]

Exit code 1 when the server holds a tenth more at the end than after the first minute.`

type Attack = { method?: string; path: string; headers?: Record<string, string>; body?: string }

const JSON_TYPE = { 'content-type': 'application/json' }
const call = (procedure: string, input: unknown, headers: Record<string, string> = {}): Attack => ({
  method: 'POST',
  path: `/trpc/${procedure}`,
  headers: { ...JSON_TYPE, ...headers },
  body: JSON.stringify(input),
})

/** One request each, different every time. */
const ATTACKS: Record<string, () => Attack> = {
  'somebody new asks for a token': () => call('auth.getToken', { roomSid: randomUUID() }, bearer(signIn())),
  'somebody new lists rooms': () => ({ path: '/trpc/rooms.list', headers: bearer(signIn()) }),
  'a forged sign-in': () => call('auth.getToken', {}, bearer(signIn('another secret of 32 bytes or more'))),
  'an API key that is guessed': () => ({ path: '/trpc/rooms.list', headers: { 'x-api-key': `rk_${randomUUID()}` } }),
  'an invitation that is guessed': () => call('auth.getToken', { invite: `inv_${randomUUID()}`, userId: randomUUID() }),
  'a refused procedure': () => call('rooms.complete', { sid: randomUUID() }),
  'no JSON': () => ({ ...call('rooms.create', ''), body: `{"${randomUUID()}` }),
  'deep JSON': () => ({ ...call('rooms.create', ''), body: '['.repeat(50_000) }),
  'a large body': () => ({ ...call('rooms.create', ''), body: JSON.stringify(randomUUID().repeat(10_000)) }),
  'a batch too long': () => ({ path: `/trpc/${Array(60).fill('auth.whoami').join(',')}?batch=1&x=${randomUUID()}` }),
  'a path that is not there': () => ({ path: `/${randomUUID()}/%2e%2e/%00` }),
  'an origin of another site': () => ({
    path: '/trpc/auth.whoami',
    headers: { origin: `https://${randomUUID()}.example` },
  }),
  'a forged callback': () => ({
    method: 'POST',
    path: '/twilio/status-callback',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': randomUUID() },
    body: `RoomSid=${randomUUID()}&StatusCallbackEvent=room-created`,
  }),
  'an address of another': () => ({
    path: '/trpc/auth.whoami',
    headers: { 'x-forwarded-for': `10.${byte()}.${byte()}.${byte()}` },
  }),
}

async function main(minutes: number, connections: number): Promise<void> {
  // All come from one address here, which would be refused as a whole; whoever has many addresses is not.
  const limits = { RATE_LIMIT_CALLS: '600', RATE_LIMIT_TOKENS: '120', RATE_LIMIT_INVITES: '30' }
  await using twilio = await run(emulator)
  await using server = await run({
    ...roomkeyJwt,
    env: { ...roomkeyJwt.env, ...limits, TWILIO_VIDEO_URL: twilio.origin },
  })
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const answers = new Map<number, number>()
  const endsAt = performance.now() + minutes * 60_000
  const attacks = Object.values(ATTACKS)
  let first: Usage | undefined
  let n = 0

  const attackUntil = async (time: number): Promise<void> => {
    const worker = async (): Promise<void> => {
      while (performance.now() < time) {
        const attack = attacks[n++ % attacks.length] as () => Attack
        const status = await send(server, agent, attack())
        answers.set(status, (answers.get(status) ?? 0) + 1)
        if (n % 50 === 0) await sendHalf(server)
      }
    }
    await Promise.all(Array.from({ length: connections }, worker))
  }

  for (let minute = 1; performance.now() < endsAt; minute++) {
    await attackUntil(Math.min(performance.now() + 60_000, endsAt))
    const usage = (await server.call('settledUsage')) as Usage
    first ??= usage
    console.log(
      `minute ${minute}: ${n} requests, ${toMib(usage.heapBytes)} MiB of heap, ${toMib(usage.rssBytes)} resident`,
    )
    console.log(
      `  answers: ${[...answers]
        .toSorted(([a], [b]) => a - b)
        .map(([status, count]) => `${status} ${count}`)
        .join(', ')}`,
    )
  }
  agent.destroy()
  const last = (await server.call('settledUsage')) as Usage
  const heap = last.heapBytes / (first?.heapBytes ?? 1)
  const resident = last.rssBytes / (first?.rssBytes ?? 1)
  console.log(`at the end ÷ after the first minute: heap ${heap.toFixed(2)}, resident ${resident.toFixed(2)}`)
  if (heap > 1.1 || resident > 1.1) process.exitCode = 1
}

/** The status of the response; 0: the connection was closed. */
async function send(
  { port }: Running,
  agent: Agent,
  { method = 'GET', path, headers = {}, body }: Attack,
): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>()
  const outgoing = request({ port, host: '127.0.0.1', method, path, headers, agent }, (response) => {
    response.resume().on('close', () => resolve(response.statusCode ?? 0))
  })
  outgoing.on('error', () => resolve(0)).end(body)
  return promise
}

/** A request that its client leaves in the middle. */
async function sendHalf({ port }: Running): Promise<void> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.end('POST /trpc/auth.getToken HTTP/1.1\r\nhost: localhost\r\ncontent-length: 999\r\n\r\n{"a', () =>
    socket.destroy(),
  )
}

/** Somebody new. */
function signIn(secret?: string): string {
  return signUser(randomUUID(), { roles: [], ...(secret !== undefined && { secret }) })
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` }
}

function byte(): number {
  return Math.floor(Math.random() * 256)
}

function toMib(bytes: number): string {
  return (bytes / 1024 / 1024).toFixed(1)
}

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '5' },
    connections: { type: 'string', default: '16' },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) console.log(USAGE)
else await main(Number(values.minutes), Number(values.connections))
