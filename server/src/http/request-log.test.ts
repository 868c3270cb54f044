import Fastify from 'fastify'
import { expect, it, vi } from 'vitest'
import { createRequestLog } from './request-log.ts'

function createApp(level: string) {
  const lines: Record<string, unknown>[] = []
  const stream = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) }
  const app = Fastify({ logger: { level, stream }, childLoggerFactory: createRequestLog, genReqId: () => 'r1' })
  return { app, lines }
}

it('writes what a request says with the request id, at levels that are on', async () => {
  const { app, lines } = createApp('warn')
  app.get('/', (request) => {
    request.log.debug('quiet')
    request.log.warn({ room: 'x' }, 'said %s', 'twice')
    request.log.child({ part: 'a' }).error('from a child')
    return 'ok'
  })
  await app.inject('/')
  expect(lines).toMatchObject([
    { reqId: 'r1', room: 'x', msg: 'said twice', level: 40 },
    { reqId: 'r1', part: 'a', msg: 'from a child', level: 50 },
  ])
  expect(lines).toHaveLength(2)
})

it('makes no logger for a request that says nothing', async () => {
  const { app, lines } = createApp('warn')
  const child = vi.spyOn(app.log, 'child')
  app.get('/', (request) => {
    request.log.info('not at this level')
    return 'ok'
  })
  await app.inject('/')
  expect(child).not.toHaveBeenCalled()
  expect(lines).toEqual([])
})

it('lets a request raise its own level', async () => {
  const { app, lines } = createApp('warn')
  app.get('/', (request) => {
    expect(request.log.level).toBe('warn')
    request.log.level = 'debug'
    request.log.debug('now heard')
    return 'ok'
  })
  await app.inject('/')
  expect(lines.map(({ msg }) => msg)).toContain('now heard')
})
