import { expect, it } from 'vitest'
import { createWorld, type World } from './world.ts'

function control({ emulator }: World, method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${emulator.url}/_emulator${path}`, {
    method,
    ...(method === 'GET' ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) }),
  })
}

it('adds bots, lets them publish, and takes them out', async () => {
  await using world = await createWorld()
  const tracks = [{ kind: 'audio', name: 'mic' }]
  const response = await control(world, 'POST', '/bots', { room: 'standup', identity: 'alice', tracks })
  expect(response.status).toBe(201)
  const bot = (await response.json()) as { sid: string; roomSid: string }
  expect(bot).toMatchObject({ identity: 'alice', status: 'connected', roomSid: expect.stringMatching(/^RM/) })
  const alice = world.client.video.v1.rooms('standup').participants('alice')
  expect((await alice.fetch()).sid).toBe(bot.sid)

  const update = { publish: [{ kind: 'video', name: 'camera' }], disable: ['mic'] }
  expect((await control(world, 'POST', `/bots/${bot.sid}`, update)).status).toBe(200)
  const published = await alice.publishedTracks.list()
  expect(published.map(({ name, enabled }) => [name, enabled])).toEqual([
    ['camera', true],
    ['mic', false],
  ])
  await control(world, 'POST', `/bots/${bot.sid}`, { unpublish: ['camera'], enable: ['mic'] })
  expect((await alice.publishedTracks.list()).map(({ enabled }) => enabled)).toEqual([true])

  expect((await control(world, 'DELETE', `/bots/${bot.sid}`)).status).toBe(204)
  expect(await (await control(world, 'GET', `/bots/${bot.sid}`)).json()).toMatchObject({ status: 'disconnected' })
  expect((await world.client.video.v1.rooms(bot.roomSid).fetch()).status).toBe('completed')
})

it('responds with the error that a bot is refused with', async () => {
  await using world = await createWorld({ adHocRooms: false })
  const response = await control(world, 'POST', '/bots', { room: 'nowhere' })
  expect([response.status, await response.json()]).toMatchObject([404, { code: 53106 }])
})

it('moves the clock', async () => {
  await using world = await createWorld()
  const { sid } = await world.client.video.v1.rooms.create({ emptyRoomTimeout: 1 })
  const response = await control(world, 'POST', '/advance-clock', { seconds: 301 })
  expect(await response.json()).toEqual({ now: '2026-01-01T00:05:01.000Z' })
  expect((await world.client.video.v1.rooms(sid).fetch()).status).toBe('completed')
  expect(await (await control(world, 'GET', '/')).json()).toMatchObject({ roomsInProgress: 0 })
})

it('forgets everything', async () => {
  await using world = await createWorld()
  await control(world, 'POST', '/bots', { room: 'standup' })
  expect((await control(world, 'POST', '/reset')).status).toBe(204)
  expect(await world.client.video.v1.rooms.list()).toEqual([])
  expect(await world.client.video.v1.rooms.list({ status: 'completed' })).toEqual([])
  expect((await control(world, 'POST', '/drop-connections')).status).toBe(204)
})

it('gives media a bad network, where they are forwarded', async () => {
  await using world = await createWorld()
  expect((await control(world, 'POST', '/network', { participant: 'alice', lossPercent: 3, kbps: 300 })).status).toBe(
    204,
  )
  expect((await control(world, 'POST', '/network')).status).toBe(204)
  const refused = await control(world, 'POST', '/network', { lossPercent: 101 })
  expect([refused.status, await refused.json()]).toMatchObject([400, { code: 20001 }])
  expect(() => world.emulator.network({ kbps: 0 })).toThrow(RangeError)

  await using mesh = await createWorld({ media: 'mesh' })
  expect((await control(mesh, 'POST', '/network', { lossPercent: 3 })).status).toBe(400)
  expect(() => mesh.emulator.network({ lossPercent: 3 })).toThrow('forwarded')
})

it('lets nobody say what is not transcribed', async () => {
  await using world = await createWorld()
  const { sid } = await world.client.video.v1.rooms.create({ uniqueName: 'a' })
  const said = { room: 'a', participant: 'alice', text: 'hello' }
  expect(await (await control(world, 'POST', '/transcribe', said)).json()).toMatchObject({ code: 53204 })
  await world.emulator.addBot({ room: sid, identity: 'alice', tracks: [{ kind: 'audio', name: 'mic' }] })
  expect(await (await control(world, 'POST', '/transcribe', said)).json()).toMatchObject({ code: 20001 })
  expect(() => world.emulator.transcribe(said)).toThrow('transcribed')
  await world.client.video.v1.rooms(sid).transcriptions.create()
  expect((await control(world, 'POST', '/transcribe', said)).status).toBe(204)
})

it('takes JSON alone, so that no web page can pull the strings', async () => {
  await using world = await createWorld()
  const { url } = world.emulator
  for (const init of [{}, { body: 'x=1', headers: { 'content-type': 'text/plain' } }]) {
    expect((await fetch(`${url}/_emulator/reset`, { method: 'POST', ...init })).status).toBe(415)
  }
  const preflight = await fetch(`${url}/_emulator/reset`, {
    method: 'OPTIONS',
    headers: { origin: 'https://evil.example' },
  })
  expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
})

it.each([
  ['POST', '/bots', {}],
  ['POST', '/bots', { room: 'x', surprise: 1 }],
  ['POST', '/bots', { room: 'x', tracks: [{ kind: 'smell', name: 'y' }] }],
  ['POST', '/advance-clock', { seconds: -1 }],
  ['POST', '/advance-clock', { seconds: 'many' }],
  ['POST', '/advance-clock', null],
])('refuses %s %s with %j', async (method, path, body) => {
  await using world = await createWorld()
  const response = await control(world, method, path, body)
  expect([response.status, await response.json()]).toMatchObject([400, { code: 20001 }])
})

it('knows nothing else', async () => {
  await using world = await createWorld()
  expect((await control(world, 'GET', '/bots/PA0')).status).toBe(404)
  expect((await control(world, 'GET', '/secrets')).status).toBe(404)
  expect((await control(world, 'DELETE', '/reset')).status).toBe(405)
})
