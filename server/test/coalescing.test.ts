import { expect, test } from 'vitest'
import { WIRE_ROOM, createFaultyTwilio, json } from './faulty-twilio.ts'
import { SAMPLE_CREDENTIALS, createWorld } from './setup.ts'

const CALLERS = 300

test('hundreds of callers who look at one room at once cost Twilio one read', async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>()
  const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
  await using twilio = await createFaultyTwilio(async (request, response) => {
    ask()
    await mayAnswer
    json(200, WIRE_ROOM)(request, response)
  })
  await using world = await createWorld({
    env: {
      ...SAMPLE_CREDENTIALS,
      TWILIO_VIDEO_URL: twilio.url,
      OPEN_ACCESS: 'true',
      LOG_LEVEL: 'error',
      RATE_LIMIT_CALLS: 'off',
      RATE_LIMIT_ADDRESS: 'off',
    },
  })
  // The first ones keep Twilio waiting until every caller has arrived.
  let arrived = 0
  const { promise: allArrived, resolve: arrive } = Promise.withResolvers<void>()
  world.app.roomkey.services.twilio = observe(world.app.roomkey.services.twilio, () => {
    if (++arrived === CALLERS) arrive()
  })
  const calls = Array.from({ length: CALLERS }, () => world.query('rooms.get', { sid: 'Monday' }))
  await asked
  await allArrived
  letAnswer()
  const answers = await Promise.all(calls)
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(twilio.requests).toHaveLength(1)
})

function observe<T extends { getRoom(...args: never[]): unknown }>(twilio: T, seen: () => void): T {
  return {
    ...twilio,
    getRoom: (...args: never[]) => {
      seen()
      return twilio.getRoom(...args)
    },
  }
}
