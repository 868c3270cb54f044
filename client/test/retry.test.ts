import { afterEach, describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient } from '../src/index.ts'
import { failWith, serve } from './backend.ts'

afterEach(() => vi.useRealTimers())

describe('a query', () => {
  test.each([502, 503, 504, 429])('is tried again after %s, up to twice', async (status) => {
    await using backend = await serve({ 'rooms.get': () => 'ok' }, (_, response, count) => {
      if (count > 2) return false
      response.writeHead(status).end('busy')
      return true
    })
    expect(await createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' })).toBe('ok')
    expect(backend.requests).toHaveLength(3)
  })

  test('is tried again after the server said it was overloaded', async () => {
    let count = 0
    await using backend = await serve({
      'rooms.get': () => {
        count += 1
        if (count === 1) throw failWith('SERVICE_UNAVAILABLE', 'OVERLOADED')
        return 'ok'
      },
    })
    expect(await createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' })).toBe('ok')
  })

  test('is tried again after a broken connection, and gives up after three', async () => {
    await using backend = await serve({}, (request) => {
      request.socket.destroy()
      return true
    })
    const call = createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' })
    await expect(call).rejects.toMatchObject({ code: 'NETWORK_ERROR' })
    expect(backend.requests).toHaveLength(3)
  })

  test.each([
    ['not found', failWith('NOT_FOUND', 'ROOM_NOT_FOUND')],
    ['a fault of the server', failWith('INTERNAL_SERVER_ERROR', 'INTERNAL_ERROR')],
    ['a fault that the server retried itself', failWith('BAD_GATEWAY', 'TWILIO_FAILED')],
  ])('is not tried again after %s', async (_, error) => {
    await using backend = await serve({
      'rooms.get': () => {
        throw error
      },
    })
    const call = createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' })
    await expect(call).rejects.toMatchObject({ code: error.data.code })
    expect(backend.requests).toHaveLength(1)
  })

  test('waits as long as it was told', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] })
    let answers = 0
    const client = createRoomkeyClient({
      url: 'http://server.test',
      fetch: async () => {
        answers += 1
        return answers === 1
          ? new Response('slow down', { status: 429, headers: { 'retry-after': '7' } })
          : Response.json([{ result: { data: 'ok' } }])
      },
    })
    const call = client.rooms.get({ sid: 'a' })
    await vi.advanceTimersByTimeAsync(6_900)
    expect(answers).toBe(1)
    await vi.advanceTimersByTimeAsync(700)
    expect(answers).toBe(2)
    expect(await call).toBe('ok')
  })

  test('fails at once when it would have to wait past its own time', async () => {
    await using backend = await serve({
      'rooms.get': () => {
        throw failWith('TOO_MANY_REQUESTS', 'RATE_LIMITED', { retryAfterSeconds: 3600 })
      },
    })
    const call = createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' })
    await expect(call).rejects.toMatchObject({ code: 'RATE_LIMITED', retryAfterSeconds: 3600 })
    expect(backend.requests).toHaveLength(1)
  })

  test('is not tried again once it was aborted', async () => {
    const controller = new AbortController()
    await using backend = await serve({}, (_, response) => {
      response.writeHead(503).end('busy')
      response.on('finish', () => controller.abort())
      return true
    })
    const call = createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' }, { signal: controller.signal })
    await expect(call).rejects.toMatchObject({ code: 'ABORTED' })
    expect(backend.requests).toHaveLength(1)
  })
})

describe('a mutation', () => {
  const busyOnce = { 'rooms.create': () => 'ok', 'auth.getToken': () => 'ok', 'invites.revoke': () => 'ok' }
  const intercept: Parameters<typeof serve>[1] = (_, response, count) => {
    if (count > 1) return false
    response.writeHead(503).end('busy')
    return true
  }

  test('is never tried again: it may have been carried out', async () => {
    await using backend = await serve(busyOnce, intercept)
    const call = createRoomkeyClient({ url: backend.url }).rooms.create({})
    await expect(call).rejects.toMatchObject({ code: 'BAD_RESPONSE', status: 503 })
    expect(backend.requests).toHaveLength(1)
  })

  test('that signs a token is, as that changes nothing', async () => {
    await using backend = await serve(busyOnce, intercept)
    expect(await createRoomkeyClient({ url: backend.url }).auth.getToken({ roomSid: 'a', userId: 'b' })).toBe('ok')
    expect(backend.requests).toHaveLength(2)
  })

  test('that takes an invitation back is, as twice does no more than once', async () => {
    await using backend = await serve(busyOnce, intercept)
    expect(await createRoomkeyClient({ url: backend.url }).invites.revoke({ id: 'x' })).toBe('ok')
    expect(backend.requests).toHaveLength(2)
  })

  test('that uses up an invitation is not', async () => {
    await using backend = await serve(busyOnce, intercept)
    const call = createRoomkeyClient({ url: backend.url }).auth.getToken({ invite: 'inv_x' })
    await expect(call).rejects.toMatchObject({ status: 503 })
    expect(backend.requests).toHaveLength(1)
  })
})
