import { expect, test } from 'vitest'
import { createFaultyTwilio, html, json, twilioError } from './faulty-twilio.ts'
import { SAMPLE_CREDENTIALS, createWorld, type World } from './setup.ts'

const NO_ROOMS = { rooms: [], meta: { page: 0, page_size: 1, next_page_url: null, key: 'rooms' } }

async function createWorldOn(url: string): Promise<World> {
  return createWorld({
    env: { ...SAMPLE_CREDENTIALS, TWILIO_VIDEO_URL: url, OPEN_ACCESS: 'true', DATA_DIR: ':memory:' },
  })
}

const readinessOf = async (world: World) => {
  const { status, text } = await world.send('/readyz')
  return { httpStatus: status, ...(JSON.parse(text) as { status: string; warnings?: string[] }) }
}

const warningsIn = (world: World) => world.logs.filter((line) => JSON.parse(line).level === 40).join('')

test('credentials that Twilio refuses are said in the log and on /readyz, and tokens are signed all the same', async () => {
  await using twilio = await createFaultyTwilio(twilioError(401, 20003))
  await using world = await createWorldOn(twilio.url)
  await world.app.roomkey.tryCredentials()
  expect(twilio.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /v1/Rooms?PageSize=1'])
  expect(warningsIn(world)).toMatch(/Twilio refuses this server's credentials.*TWILIO_API_SECRET/)
  expect(world.logs.join('')).not.toContain(SAMPLE_CREDENTIALS.TWILIO_API_SECRET)

  const readiness = await readinessOf(world)
  expect(readiness).toEqual({
    httpStatus: 200,
    status: 'ok',
    warnings: [expect.stringMatching(/TWILIO_API_KEY/)],
  })
  for (const secret of Object.values(SAMPLE_CREDENTIALS)) expect(JSON.stringify(readiness)).not.toContain(secret)
  expect((await world.mutate('auth.getToken', { userId: 'ann', roomSid: 'Monday' })).status).toBe(200)
})

test('the warning goes when Twilio takes the credentials again', async () => {
  await using twilio = await createFaultyTwilio(twilioError(401, 20003))
  await using world = await createWorldOn(twilio.url)
  await world.query('rooms.list')
  expect((await readinessOf(world)).warnings).toHaveLength(1)
  twilio.answer = json(200, NO_ROOMS)
  await world.query('rooms.list')
  expect(await readinessOf(world)).toEqual({ httpStatus: 200, status: 'ok' })
})

test('good credentials, and a Twilio that fails, warn of nothing on /readyz', async () => {
  for (const answer of [json(200, NO_ROOMS), html(502)]) {
    await using twilio = await createFaultyTwilio(answer)
    await using world = await createWorldOn(twilio.url)
    await world.app.roomkey.tryCredentials()
    expect((await readinessOf(world)).warnings).toBeUndefined()
    expect(warningsIn(world).includes('could not be asked')).toBe(twilio.requests.length > 1)
    expect(twilio.requests.length).toBeLessThanOrEqual(4)
  }
})

test('a server that is closed while it asks says nothing', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  await using twilio = await createFaultyTwilio(() => ask())
  await using world = await createWorldOn(twilio.url)
  const tried = world.app.roomkey.tryCredentials()
  await asked
  await world.app.close()
  await tried
  expect(warningsIn(world)).not.toContain('could not be asked')
})

test('the emulator inside is not asked', async () => {
  await using world = await createWorld()
  await world.app.roomkey.tryCredentials()
  expect(world.app.roomkey.embedded?.running()).toBeUndefined()
})
