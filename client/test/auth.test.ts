import { describe, expect, test, vi } from 'vitest'
import { createRoomkeyClient } from '../src/index.ts'
import { failWith, serve } from './backend.ts'

const bearer = (headers: { authorization?: string | undefined }) => headers.authorization?.replace(/^Bearer /, '')

/** A server that takes one token. */
function serveTo(good: string) {
  return serve({
    'rooms.get': ({ headers }) => {
      if (bearer(headers) !== good) throw failWith('UNAUTHORIZED', 'UNAUTHENTICATED')
      return 'in'
    },
  })
}

describe('auth', () => {
  test('is asked once, and its token sent as a bearer', async () => {
    await using backend = await serveTo('t1')
    const auth = vi.fn(async () => 't1')
    const client = createRoomkeyClient({ url: backend.url, auth })
    const both = await Promise.all([client.rooms.get({ sid: 'a' }), client.rooms.get({ sid: 'b' })])
    expect([...both, await client.rooms.get({ sid: 'c' })]).toEqual(['in', 'in', 'in'])
    expect(auth).toHaveBeenCalledTimes(1)
  })

  test('is asked once more when its token is refused, for all calls that were refused', async () => {
    await using backend = await serveTo('t2')
    let count = 0
    const auth = vi.fn(() => `t${++count}`)
    const client = createRoomkeyClient({ url: backend.url, auth })
    // Fifteen calls in two requests, which are refused one after the other.
    const calls = Array.from({ length: 15 }, (_, index) => client.rooms.get({ sid: `${index}` }))
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['in']))
    expect(auth).toHaveBeenCalledTimes(2)
    expect(await client.rooms.get({ sid: 'later' })).toBe('in')
    expect(auth).toHaveBeenCalledTimes(2)
  })

  test('is not asked again by a refusal that arrives after the refresh', async () => {
    const refreshed = Promise.withResolvers<void>()
    await using backend = await serve({
      'rooms.get': async ({ input, headers }) => {
        const isSlow = (input as { sid: string }).sid === 'slow'
        const token = bearer(headers)
        if (isSlow && token === 't1') await refreshed.promise
        if (token !== 't2') throw failWith('UNAUTHORIZED', 'UNAUTHENTICATED')
        return 'in'
      },
    })
    let count = 0
    const auth = vi.fn(() => `t${++count}`)
    const client = createRoomkeyClient({ url: backend.url, auth })
    const slow = client.rooms.get({ sid: 'slow' })
    await vi.waitFor(() => expect(backend.requests).toHaveLength(1), 30_000)
    expect(await client.rooms.get({ sid: 'quick' })).toBe('in')
    refreshed.resolve()
    expect(await slow).toBe('in')
    expect(auth).toHaveBeenCalledTimes(2)
  })

  test('is asked no third time by one call', async () => {
    await using backend = await serveTo('never')
    const auth = vi.fn(() => 'wrong')
    const client = createRoomkeyClient({ url: backend.url, auth })
    await expect(client.rooms.get({ sid: 'a' })).rejects.toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(auth).toHaveBeenCalledTimes(2)
    expect(backend.requests).toHaveLength(2)
  })

  test('also refreshes for a mutation: a refused one was not carried out', async () => {
    let count = 0
    await using backend = await serve({
      'rooms.create': ({ headers }) => {
        if (bearer(headers) !== 't2') throw failWith('UNAUTHORIZED', 'UNAUTHENTICATED')
        return 'made'
      },
    })
    const client = createRoomkeyClient({ url: backend.url, auth: () => `t${++count}` })
    expect(await client.rooms.create({})).toBe('made')
  })

  test('that fails makes the call fail, unsent, and is asked again by the next', async () => {
    await using backend = await serveTo('t1')
    const auth = vi.fn().mockRejectedValueOnce(new Error('signed out')).mockResolvedValue('t1')
    const client = createRoomkeyClient({ url: backend.url, auth })
    await expect(client.rooms.get({ sid: 'a' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
      cause: { message: 'signed out' },
    })
    expect(backend.requests).toHaveLength(0)
    expect(await client.rooms.get({ sid: 'a' })).toBe('in')
  })

  test('that answers with nothing sends nothing', async () => {
    await using backend = await serve({ 'auth.whoami': ({ headers }) => headers.authorization ?? 'nobody' })
    expect(await createRoomkeyClient({ url: backend.url, auth: () => '' }).auth.whoami()).toBe('nobody')
  })

  test('never has its token printed', async () => {
    await using backend = await serveTo('t1')
    const client = createRoomkeyClient({ url: backend.url, auth: () => 'sec ret\n' })
    const error: unknown = await client.rooms.get({ sid: 'a' }).catch((caught: unknown) => caught)
    expect(error).toMatchObject({ code: 'UNAUTHENTICATED' })
    expect(String(error)).not.toContain('sec ret')
  })
})

describe('credentials', () => {
  test.each([301, 302, 303, 307, 308])('do not follow a redirect (%s) to another origin', async (status) => {
    await using thief = await serve({ 'rooms.get': () => 'stolen' })
    await using backend = await serve({}, (request, response) => {
      response.writeHead(status, { location: `${thief.url}${request.url ?? ''}` }).end()
      return true
    })
    const client = createRoomkeyClient({
      url: backend.url,
      auth: () => 'secret',
      headers: { 'x-api-key': 'rk_secret' },
    })
    await expect(client.rooms.get({ sid: 'a' })).rejects.toMatchObject({ code: 'BAD_RESPONSE', status })
    expect(thief.requests).toHaveLength(0)
    expect(backend.requests).toHaveLength(1)
  })
})
