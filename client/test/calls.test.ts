import { describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient, isRoomkeyError, RoomkeyError, toRoomkeyError } from '../src/index.ts'
import { failWith, serve } from './backend.ts'

/** Waits for a rejection and gives the error. */
async function failure(promise: Promise<unknown>): Promise<RoomkeyError> {
  try {
    await promise
  } catch (error) {
    if (isRoomkeyError(error)) return error
    throw error
  }
  throw new Error('the call should have failed')
}

describe('a call', () => {
  test('sends a query by GET and a mutation by POST, below /trpc', async () => {
    await using backend = await serve({
      'rooms.get': ({ input }) => ({ got: input }),
      'rooms.create': ({ input }) => ({ made: input }),
    })
    const client = createRoomkeyClient({ url: `${backend.url}/` })
    expect(await client.rooms.get({ sid: 'Beyoncé & co' })).toEqual({ got: { sid: 'Beyoncé & co' } })
    expect(await client.rooms.create({ roomName: 'x' })).toEqual({ made: { roomName: 'x' } })
    expect(backend.requests.map(({ method, url }) => `${method} ${url.split('?')[0]}`)).toEqual([
      'GET /trpc/rooms.get',
      'POST /trpc/rooms.create',
    ])
  })

  test('travels with others made in the same tick, ten to a request', async () => {
    await using backend = await serve({ 'rooms.get': ({ input }) => input })
    const client = createRoomkeyClient({ url: backend.url })
    const sids = Array.from({ length: 12 }, (_, index) => ({ sid: `room-${index}` }))
    expect(await Promise.all(sids.map((input) => client.rooms.get(input)))).toEqual(sids)
    expect(backend.requests.map(({ url }) => url.split('rooms.get').length - 1)).toEqual([10, 2])
  })

  test('starts a new request before the address grows too long', async () => {
    await using backend = await serve({ 'rooms.list': ({ input }) => input })
    const client = createRoomkeyClient({ url: backend.url })
    const inputs = Array.from({ length: 6 }, (_, index) => ({ cursor: `${index}`.repeat(2048) }))
    expect(await Promise.all(inputs.map((input) => client.rooms.list(input)))).toEqual(inputs)
    expect(backend.requests).toHaveLength(2)
    expect(Math.max(...backend.requests.map(({ url }) => url.length))).toBeLessThan(8192)
  })

  test('takes no input where none is needed', async () => {
    await using backend = await serve({ 'rooms.list': ({ input }) => ({ input: input ?? 'none' }) })
    expect(await createRoomkeyClient({ url: backend.url }).rooms.list()).toEqual({ input: 'none' })
  })

  test('sends the headers given, asking a function each time', async () => {
    await using backend = await serve({ 'auth.whoami': ({ headers }) => headers['x-trace'] })
    let count = 0
    const client = createRoomkeyClient({ url: backend.url, headers: async () => ({ 'x-trace': `t${++count}` }) })
    expect([await client.auth.whoami(), await client.auth.whoami()]).toEqual(['t1', 't2'])
    const fixed = createRoomkeyClient({ url: backend.url, headers: { 'x-trace': 'same' } })
    expect(await fixed.auth.whoami()).toBe('same')
  })

  test('can go through the plain tRPC client', async () => {
    await using backend = await serve({
      'rooms.get': () => {
        throw failWith('NOT_FOUND', 'ROOM_NOT_FOUND')
      },
    })
    const { trpc } = createRoomkeyClient({ url: backend.url })
    const error = await trpc.rooms.get.query({ sid: 'x' }).catch((caught: unknown) => caught)
    expect(isRoomkeyError(error)).toBe(false)
    expect(toRoomkeyError(error)).toMatchObject({ code: 'ROOM_NOT_FOUND', status: 404 })
  })
})

describe('a failed call', () => {
  test('carries what the server said', async () => {
    const fields = [{ path: 'roomName', message: 'must not be empty' }]
    await using backend = await serve({
      'rooms.create': () => {
        throw failWith('BAD_REQUEST', 'INVALID_INPUT', { fields, twilioCode: 53100 })
      },
    })
    const error = await failure(createRoomkeyClient({ url: backend.url }).rooms.create({}))
    expect(error).toMatchObject({
      name: 'RoomkeyError',
      code: 'INVALID_INPUT',
      message: 'refused: INVALID_INPUT',
      fields,
      twilioCode: 53100,
      requestId: 'req-1',
      status: 400,
    })
    expect(error).toBeInstanceOf(RoomkeyError)
  })

  test('fails alone in its batch', async () => {
    await using backend = await serve({
      'rooms.get': ({ input }) => {
        if ((input as { sid: string }).sid === 'bad') throw failWith('NOT_FOUND', 'ROOM_NOT_FOUND')
        return input
      },
    })
    const client = createRoomkeyClient({ url: backend.url })
    const bad = failure(client.rooms.get({ sid: 'bad' }))
    expect(await client.rooms.get({ sid: 'good' })).toEqual({ sid: 'good' })
    expect(await bad).toMatchObject({ code: 'ROOM_NOT_FOUND' })
    expect(backend.requests).toHaveLength(1)
  })

  test('of a code that this version does not know is named by its HTTP status', async () => {
    const answer = { error: { message: 'new', code: -32600, data: { httpStatus: 418, roomkey: { code: 'TEAPOT' } } } }
    await using backend = await serve({}, (_, response) => {
      response.writeHead(418).end(JSON.stringify([answer]))
      return true
    })
    const error = await failure(createRoomkeyClient({ url: backend.url }).auth.whoami())
    expect(error).toMatchObject({ code: 'BAD_RESPONSE', status: 418, message: 'new' })
  })

  test.each([
    ['a page', 200, '<h1>Welcome</h1>', { code: 'BAD_RESPONSE', status: 200 }],
    ['JSON of something else', 200, '{"hello":1}', { code: 'BAD_RESPONSE', status: 200 }],
    ["a proxy's own error", 500, '{"error":"boom"}', { code: 'BAD_RESPONSE', status: 500 }],
    ['a sign-in wall', 401, 'no', { code: 'UNAUTHENTICATED', status: 401 }],
    ['too few answers', 200, '[]', { code: 'BAD_RESPONSE' }],
    ['nothing', 200, '', { code: 'BAD_RESPONSE' }],
  ])('answered with %s is one of ours', async (_, status, body, expected) => {
    await using backend = await serve({}, (_request, response) => {
      response.writeHead(status).end(body)
      return true
    })
    expect(await failure(createRoomkeyClient({ url: backend.url }).rooms.create())).toMatchObject(expected)
  })

  test('whose answer breaks off is a NETWORK_ERROR', async () => {
    await using backend = await serve({}, (_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('[{"result":', () => response.destroy())
      return true
    })
    const error = await failure(createRoomkeyClient({ url: backend.url }).rooms.create())
    expect(error).toMatchObject({ code: 'NETWORK_ERROR' })
    expect(error.message).toContain(backend.url)
  })

  test('without a server is a NETWORK_ERROR', async () => {
    const backend = await serve({})
    await backend[Symbol.asyncDispose]()
    expect(await failure(createRoomkeyClient({ url: backend.url }).rooms.create())).toMatchObject({
      code: 'NETWORK_ERROR',
    })
  })

  test('is known across two copies of the package', async () => {
    vi.resetModules()
    const copy = await import('../src/errors.ts')
    const foreign = new copy.RoomkeyError('BANNED', 'kept out')
    expect(foreign).not.toBeInstanceOf(RoomkeyError)
    expect(isRoomkeyError(foreign)).toBe(true)
    expect(copy.isRoomkeyError(new RoomkeyError('BANNED', 'kept out'))).toBe(true)
    expect([new Error('x'), { code: 'BANNED' }, null, undefined, 'x'].map(isRoomkeyError)).not.toContain(true)
  })
})

describe('giving up', () => {
  test('on one call leaves the others of its batch alone', async () => {
    const held = Promise.withResolvers<void>()
    await using backend = await serve({
      'rooms.get': async ({ input }) => {
        await held.promise
        return input
      },
    })
    const client = createRoomkeyClient({ url: backend.url })
    const controller = new AbortController()
    const aborted = failure(client.rooms.get({ sid: 'a' }, { signal: controller.signal }))
    const other = client.rooms.get({ sid: 'b' })
    controller.abort(new Error('changed my mind'))
    expect(await aborted).toMatchObject({ code: 'ABORTED', cause: { message: 'changed my mind' } })
    held.resolve()
    expect(await other).toEqual({ sid: 'b' })
  })

  test('on every call of a request ends the request', async () => {
    const { promise: gone, resolve } = Promise.withResolvers<void>()
    const arrived = Promise.withResolvers<void>()
    await using backend = await serve({
      'rooms.get': ({ signal }) => {
        signal?.addEventListener('abort', () => resolve())
        arrived.resolve()
        return gone
      },
    })
    const controller = new AbortController()
    const call = failure(
      createRoomkeyClient({ url: backend.url }).rooms.get({ sid: 'a' }, { signal: controller.signal }),
    )
    await arrived.promise
    controller.abort()
    expect(await call).toMatchObject({ code: 'ABORTED' })
    await gone
  })

  test('before the call sends nothing', async () => {
    await using backend = await serve({ 'rooms.get': () => 1 })
    const client = createRoomkeyClient({ url: backend.url })
    const call = failure(client.rooms.get({ sid: 'a' }, { signal: AbortSignal.abort() }))
    expect(await call).toMatchObject({ code: 'ABORTED' })
    expect(backend.requests).toHaveLength(0)
  })

  test('happens by itself after timeoutMs, of the call or of the client', async () => {
    const never = new Promise<never>(() => undefined)
    await using backend = await serve({ 'rooms.get': () => never })
    const patient = createRoomkeyClient({ url: backend.url })
    const hasty = createRoomkeyClient({ url: backend.url, timeoutMs: 50 })
    expect(await failure(patient.rooms.get({ sid: 'a' }, { timeoutMs: 50 }))).toMatchObject({ code: 'TIMEOUT' })
    expect(await failure(hasty.rooms.get({ sid: 'a' }))).toMatchObject({ code: 'TIMEOUT' })
  })
})

describe('createRoomkeyClient', () => {
  test('refuses an address or a path that cannot be one', () => {
    expect(() => createRoomkeyClient({ url: 'localhost:5000' })).toThrow(TypeError)
    expect(() => createRoomkeyClient({ url: 'http://x', path: 'a/b' })).toThrow(TypeError)
  })

  test.each([0, -1, NaN])('refuses a timeout of %s', (timeoutMs) => {
    expect(() => createRoomkeyClient({ url: 'http://x', timeoutMs })).toThrow(RangeError)
  })

  test('uses the fetch it is given', async () => {
    const urls: string[] = []
    const client = createRoomkeyClient({
      url: new URL('https://video.example.com/api'),
      fetch: async (url) => {
        urls.push(url)
        return Response.json([{ result: { data: 'here' } }])
      },
    })
    expect(await client.auth.whoami()).toBe('here')
    expect(urls).toEqual(['https://video.example.com/api/trpc/auth.whoami?batch=1&input=%7B%7D'])
  })
})
