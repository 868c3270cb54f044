import { createEmulator } from '@roomkey/emulator'
import { expect, test } from 'vitest'
import { createTwilioVideo, type TwilioVideo } from '../src/twilio/video.ts'

const quota = { readsPerSecond: 40, writesPerSecond: 10 }

/** Twilio's quota, and a server that believes in one of its own. */
async function createWorld(believed: typeof quota | undefined) {
  const emulator = await createEmulator({ quota })
  const { accountSid, apiKeySid, apiKeySecret } = emulator.credentials
  const credentials = { accountSid, apiKeySid, apiKeySecret, videoUrl: emulator.url }
  const twilio = createTwilioVideo({ credentials, quota: believed })
  const { sid } = await twilio.createRoom({ roomName: 'standup' })
  const close = async (): Promise<void> => {
    twilio.close()
    await emulator.close()
  }
  return { twilio, sid, [Symbol.asyncDispose]: close }
}

/** So many reads at once, no two of them equal. */
function readAtOnce(twilio: TwilioVideo, count: number): Promise<unknown[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => twilio.listRooms({ limit: index + 1 })))
}

test('more reads than the quota all get their answer, and writes do not wait for them', async () => {
  await using world = await createWorld(quota)
  const reads = readAtOnce(world.twilio, 100)
  expect(await world.twilio.completeRoom(world.sid)).toMatchObject({ status: 'completed' })
  expect(await reads).toHaveLength(100)
})

test('a server that knows of no quota, or shares it with others, slows down at Twilio’s word', async () => {
  await using world = await createWorld(undefined)
  expect(await readAtOnce(world.twilio, 60)).toHaveLength(60)
})

test('equal reads cost one, however many ask', async () => {
  await using world = await createWorld({ readsPerSecond: 1, writesPerSecond: 10 })
  const rooms = await Promise.all(Array.from({ length: 500 }, () => world.twilio.getRoom('standup')))
  expect(new Set(rooms.map(({ sid }) => sid))).toEqual(new Set([world.sid]))
})
