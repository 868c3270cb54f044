import { describe, expect, test } from 'vitest'
import { WORLDS, createWorld } from './setup.ts'
import type { World } from './setup.ts'

const env = { CORS_ORIGINS: 'https://app.example.com,http://localhost:5173' }

describe.each(WORLDS.filter(({ mode }) => mode === 'embedded'))('CORS ($way)', (options) => {
  test('an origin on the list is told so, on success and on every kind of error', async () => {
    await using world = await createWorld({ ...options, env })
    for (const answer of await answersTo(world, 'https://app.example.com')) {
      expect(answer.headers.get('access-control-allow-origin'), answer.text).toBe('https://app.example.com')
      expect(answer.headers.get('vary')?.toLowerCase()).toContain('origin')
    }
  })

  test.each([
    'https://evil.example.com',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://app.example.com.evil.com',
    'https://xapp.example.com',
    'null',
    'https://app.example.com,http://localhost:5173',
  ])('the origin %s, off the list, is told nothing', async (origin) => {
    await using world = await createWorld({ ...options, env })
    for (const answer of await answersTo(world, origin)) {
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
    }
  })

  test('a preflight is answered for the methods that procedures have', async () => {
    await using world = await createWorld({ ...options, env })
    const preflight = (origin: string) =>
      world.send('/trpc/rooms.create', {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type,authorization',
        },
      })
    const good = await preflight('http://localhost:5173')
    expect(good.status).toBe(204)
    expect(good.headers.get('access-control-allow-origin')).toBe('http://localhost:5173')
    expect(good.headers.get('access-control-allow-methods')).toBe('GET, POST, PUT')
    expect(good.headers.get('access-control-allow-headers')).toContain('authorization')
    expect(good.headers.get('access-control-allow-credentials')).toBeNull()
    const bad = await preflight('https://evil.example.com')
    expect([...bad.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([])
  })
})

describe('a refused origin', () => {
  const asked = async (world: World, origin: string, host = 'video.example.com') =>
    world.query('rooms.list', undefined, { origin, host })
  const refusals = (world: World) =>
    world.logs.map((line) => JSON.parse(line)).filter(({ msg }) => String(msg).includes('CORS_ORIGINS'))

  test('is named in the log once, with the variable to set', async () => {
    await using world = await createWorld({ env: { ...env, ALLOWED_HOSTS: 'video.example.com' } })
    for (let i = 0; i < 3; i++) await asked(world, 'https://other.example.com')
    await asked(world, 'capacitor://localhost')
    await asked(world, 'null')
    expect(refusals(world).map(({ origin, level }) => [origin, level])).toEqual([
      ['https://other.example.com', 40],
      ['capacitor://localhost', 40],
      ['null', 40],
    ])
  })

  test('is neither one on the list, nor that of the page itself', async () => {
    await using world = await createWorld({
      env: { ...env, PUBLIC_URL: 'https://public.example.com/video', ALLOWED_HOSTS: 'video.example.com' },
    })
    await asked(world, 'https://app.example.com')
    await asked(world, 'http://video.example.com')
    await asked(world, 'https://video.example.com')
    await asked(world, 'https://public.example.com')
    expect(refusals(world)).toEqual([])
  })

  test('does not fill the log when it is made up anew each time', async () => {
    await using world = await createWorld({ env: { ...env, ALLOWED_HOSTS: 'video.example.com' } })
    for (let i = 0; i < 150; i++) await asked(world, `https://${i}.example.com`)
    await asked(world, `https://${'x'.repeat(5000)}`)
    expect(refusals(world)).toHaveLength(100)
  })
})

async function answersTo(world: World, origin: string) {
  const headers = { origin }
  const json = { method: 'POST', headers: { origin, 'content-type': 'application/json' } }
  return [
    await world.query('rooms.list', undefined, headers),
    await world.query('rooms.get', { sid: 'nowhere' }, headers),
    await world.query('rooms.get', {}, headers),
    await world.query('nope', undefined, headers),
    await world.send('/nowhere', { headers }),
    await world.send('/%zz', { headers }),
    await world.send('/trpc/auth.getToken', { headers }),
    await world.send('/trpc/auth.getToken', { ...json, body: '{' }),
    await world.send('/trpc/auth.getToken', { ...json, body: `"${'x'.repeat(2_000_000)}"` }),
    await world.send('/trpc/auth.getToken', {
      method: 'POST',
      headers: { origin, 'content-type': 'text/plain' },
      body: 'x',
    }),
    await world.send(`/trpc/${'a,'.repeat(60)}a?batch=1`, { headers }),
  ]
}
