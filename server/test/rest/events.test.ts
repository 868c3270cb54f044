import { request as httpRequest, type IncomingMessage } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { trial, type Tick } from '../../../generate/test/trial.ts'
import { POLICY as TABLE, type Rule } from '../../src/access/policy.ts'
import { VideoError } from '../../src/core/video-error.ts'
import { fromFastify } from '../../src/hosts/call-source.ts'
import { addRest } from '../../src/http/rest/routes.ts'
import { createRoomkey, parseConfig, type Roomkey } from '../../src/index.ts'
import { implement } from '../../src/rpc/implement.ts'

/** Who watches a room hears these, then waits until they leave. */
const ended: string[] = []

const router = implement(trial, {
  ticks: {
    list: async ({ input }) => ({ ticks: [{ id: 'x', count: input.limit, note: input.room }] }),
    async watch({ input, signal }) {
      if (input.room === 'missing') throw new VideoError('ROOM_NOT_FOUND', 'There is no such room')
      return count(input.room, Number(input.lastEventId ?? 0), signal)
    },
    reset: async () => ({ output: { id: '0', count: 0 }, subject: {} }),
  },
})

async function* count(room: string, from: number, signal: AbortSignal | undefined): AsyncIterable<Tick> {
  try {
    for (const number of [1, 2, 3]) if (number > from) yield { id: String(number), count: number, note: 'a\nb' }
    if (room === 'short') return
    if (room === 'broken') throw new VideoError('BANNED', 'A host keeps you out')
    await new Promise((resolve) => signal?.addEventListener('abort', resolve))
  } finally {
    ended.push(room)
  }
}

const POLICY: Record<string, Rule> = TABLE
const RULE = TABLE['auth.whoami']

let roomkey: Roomkey
let app: FastifyInstance
beforeAll(async () => {
  // While it is on trial the access table knows it, as it knows all else.
  for (const name of Object.keys(trial.ticks)) POLICY[`ticks.${name}`] = RULE
  roomkey = createRoomkey(parseConfig({}))
  app = await listen()
})
afterAll(async () => {
  await app.close()
  await roomkey.close()
  for (const name of Object.keys(trial.ticks)) delete POLICY[`ticks.${name}`]
})

async function listen(): Promise<FastifyInstance> {
  const server = Fastify({ forceCloseConnections: 'idle' })
  await server.register(addRest<typeof trial>, {
    prefix: '/v1',
    contract: trial,
    router,
    createContext: (request) => roomkey.createContext(fromFastify(request)),
  })
  await server.listen({ port: 0, host: '127.0.0.1' })
  return server
}

async function open(server: FastifyInstance, path: string, headers: Record<string, string> = {}) {
  const { port } = server.server.address() as AddressInfo
  const request = httpRequest({ port, path: `/v1${path}`, headers }).end()
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return { request, response: response.setEncoding('utf8') }
}

/** Reads until the text has been sent. */
async function readUntil(response: IncomingMessage, text: string): Promise<string> {
  let read = ''
  for await (const chunk of response.iterator({ destroyOnReturn: false })) {
    read += chunk
    if (read.includes(text)) break
  }
  return read
}

const readAll = async (response: IncomingMessage) => (await response.toArray()).join('')

test('sends events as they come, each with its id, and ends with them', async () => {
  const { response } = await open(app, '/rooms/short/ticks/events')
  expect([response.statusCode, response.headers['content-type']]).toEqual([200, 'text/event-stream'])
  expect(response.headers['x-request-id']).toMatch(/./)
  expect(await readAll(response)).toBe(
    `:\n\n${[1, 2, 3].map((id) => `data: {"id":"${id}","count":${id},"note":"a\\nb"}\nid: ${id}\n\n\n`).join('')}`,
  )
})

test('goes on after the last event that was seen, by header or by query', async () => {
  const byHeader = await open(app, '/rooms/short/ticks/events', { 'last-event-id': '2' })
  const byQuery = await open(app, '/rooms/short/ticks/events?lastEventId=2')
  for (const { response } of [byHeader, byQuery]) {
    const text = await readAll(response)
    expect(text).toContain('id: 3\n')
    expect(text).not.toContain('id: 2\n')
  }
})

test('says at once to whom it may not be told, and later in an event', async () => {
  const missing = await open(app, '/rooms/missing/ticks/events')
  expect(missing.response.statusCode).toBe(404)
  expect(JSON.parse(await readAll(missing.response))).toMatchObject({ status: 404, code: 'ROOM_NOT_FOUND' })
  const broken = await open(app, '/rooms/broken/ticks/events')
  expect(broken.response.statusCode).toBe(200)
  const [, data = ''] = /event: error\ndata: (.*)\n\n$/.exec(await readAll(broken.response)) ?? []
  expect(JSON.parse(data)).toMatchObject({ status: 403, code: 'BANNED' })
})

test('lets go of what a caller held open who leaves', async () => {
  const { request, response } = await open(app, '/rooms/left/ticks/events')
  await readUntil(response, 'id: 3')
  request.destroy()
  await expect.poll(() => ended).toContain('left')
})

test('has no head to ask for', async () => {
  const answer = await app.inject({ method: 'HEAD', url: '/v1/rooms/x/ticks/events' })
  expect([answer.statusCode, answer.headers.allow]).toEqual([405, 'GET, OPTIONS'])
})

test('a server closes at once though streams are open', async () => {
  const server = await listen()
  const streams = await Promise.all(['a', 'b', 'c'].map(() => open(server, '/rooms/closing/ticks/events')))
  for (const { response } of streams) await readUntil(response, 'id: 3')
  const rests = streams.map(({ response }) => readAll(response))
  await server.close()
  await Promise.all(rests)
  expect(ended.filter((room) => room === 'closing')).toHaveLength(3)
})

test('takes what the path, the query and the body say', async () => {
  const list = await app.inject('/v1/rooms/it%E2%80%99s%2Fmine/ticks?limit=7')
  expect(list.json()).toEqual({ ticks: [{ id: 'x', count: 7, note: 'it’s/mine' }] })
  const reset = await app.inject({ method: 'POST', url: '/v1/ticks/reset' })
  expect([reset.statusCode, reset.json()]).toEqual([202, { id: '0', count: 0 }])
})
