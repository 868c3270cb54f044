import { expect, it } from 'vitest'
import { createWorld, errorOf, type World } from './world.ts'

type Meta = {
  page_size: number
  previous_page_url: string | null
  next_page_url: string | null
  [key: string]: unknown
}
type RoomPage = { rooms: { unique_name: string }[]; meta: Meta }

async function createRooms({ client, clock }: World, count: number): Promise<string[]> {
  const names: string[] = []
  for (let index = 0; index < count; index++) {
    names.unshift((await client.video.v1.rooms.create({ uniqueName: `room-${index}` })).uniqueName)
    clock.advance(1000)
  }
  return names
}

it('lists 120 rooms, newest first, over pages of any size', async () => {
  await using world = await createWorld()
  const names = await createRooms(world, 120)
  const { rooms } = world.client.video.v1
  for (const options of [{}, { pageSize: 7 }, { pageSize: 120 }, { pageSize: 1000 }, { limit: 3000 }]) {
    expect((await rooms.list(options)).map(({ uniqueName }) => uniqueName)).toEqual(names)
  }
  expect((await rooms.list({ limit: 20 })).map(({ uniqueName }) => uniqueName)).toEqual(names.slice(0, 20))
  expect(await rooms.list({ limit: 60, pageSize: 25 })).toHaveLength(60)
}, 60_000)

it('describes each page, and its neighbours lead there and back', async () => {
  await using world = await createWorld()
  const names = await createRooms(world, 5)
  const fetchPage = async (url: string): Promise<RoomPage> =>
    (await (await world.request(url.slice(`${world.emulator.url}/v1`.length))).json()) as RoomPage

  const first = await fetchPage(`${world.emulator.url}/v1/Rooms?PageSize=2&Status=in-progress`)
  const base = `${world.emulator.url}/v1/Rooms?PageSize=2&Status=in-progress`
  expect(first.meta).toEqual({
    page: 0,
    page_size: 2,
    first_page_url: `${base}&Page=0`,
    previous_page_url: null,
    url: `${base}&Page=0`,
    next_page_url: expect.stringMatching(/&Page=1&PageToken=PA/),
    key: 'rooms',
  })
  const second = await fetchPage(String(first.meta.next_page_url))
  const third = await fetchPage(String(second.meta.next_page_url))
  expect([first, second, third].flatMap(({ rooms }) => rooms.map((room) => room.unique_name))).toEqual(names)
  expect(third.meta).toMatchObject({ page: 2, next_page_url: null })
  const back = await fetchPage(String(third.meta.previous_page_url))
  expect(back.rooms).toEqual(second.rooms)
  expect((await fetchPage(String(back.meta.previous_page_url))).rooms).toEqual(first.rooms)
})

it('neither repeats nor misses a room when others come and go between pages', async () => {
  await using world = await createWorld()
  const names = await createRooms(world, 6)
  const { rooms } = world.client.video.v1
  const first = await rooms.page({ pageSize: 3 })
  await rooms.create({ uniqueName: 'newcomer' })
  await rooms(names[0] as string).update({ status: 'completed' })
  await rooms(names[4] as string).update({ status: 'completed' })
  const second = await first.nextPage()
  expect(second?.instances.map(({ uniqueName }) => uniqueName)).toEqual([names[3], names[5]])
})

it('filters by status, name and time, all at once', async () => {
  await using world = await createWorld()
  await createRooms(world, 4)
  const { rooms } = world.client.video.v1
  const completed = await rooms('room-1').update({ status: 'completed' })
  const list = async (options: Parameters<typeof rooms.list>[0]) =>
    (await rooms.list(options)).map(({ uniqueName }) => uniqueName)

  expect(await list({})).toEqual(['room-3', 'room-2', 'room-0'])
  expect(await list({ status: 'completed' })).toEqual(['room-1'])
  expect(await list({ status: 'failed' })).toEqual([])
  expect(await list({ uniqueName: 'room-2' })).toEqual(['room-2'])
  expect(await list({ uniqueName: 'room-1' })).toEqual([])
  expect(await list({ uniqueName: 'room-1', status: 'completed' })).toEqual(['room-1'])
  const second = (offset: number) => new Date(completed.dateCreated.getTime() + offset * 1000)
  expect(await list({ dateCreatedAfter: second(1) })).toEqual(['room-3', 'room-2'])
  expect(await list({ dateCreatedBefore: second(1) })).toEqual(['room-0'])
  expect(await list({ dateCreatedAfter: second(1), dateCreatedBefore: second(2) })).toEqual(['room-2'])
  expect(await list({ dateCreatedAfter: new Date('2026-01-02') })).toEqual([])

  const byDay = await world.request('/Rooms?DateCreatedAfter=2026-01-01&DateCreatedBefore=2026-01-02T00:00:00')
  expect(((await byDay.json()) as RoomPage).rooms).toHaveLength(3)
})

it.each(['PageSize=x', 'PageSize=-1', 'PageToken=x', 'PageToken=PAzz', 'Status=open', 'DateCreatedAfter=soon'])(
  'refuses a list with %s',
  async (query) => {
    await using world = await createWorld()
    const response = await world.request(`/Rooms?${query}`)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 20001, status: 400 })
  },
)

it('cuts page sizes to what Twilio serves', async () => {
  await using world = await createWorld()
  const sizeOf = async (path: string) => ((await (await world.request(path)).json()) as RoomPage).meta.page_size
  expect(await sizeOf('/Rooms?PageSize=3000')).toBe(1000)
  expect(await sizeOf('/Recordings?PageSize=3000')).toBe(100)
  expect(await sizeOf('/Rooms')).toBe(50)
})

it('builds page URLs from the host that was asked', async () => {
  await using world = await createWorld()
  await createRooms(world, 2)
  const viaName = world.emulator.url.replace('127.0.0.1', 'localhost')
  const { accountSid, authToken } = world.emulator.credentials
  const response = await fetch(`${viaName}/v1/Rooms?PageSize=1&UniqueName=`, {
    headers: { authorization: `Basic ${btoa(`${accountSid}:${authToken}`)}` },
  })
  const { meta } = (await response.json()) as RoomPage
  expect(meta['url']).toContain(`${viaName}/v1/Rooms?`)
  expect(await errorOf(world.client.video.v1.rooms.list())).toBe('no error')
})
