import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import twilio from 'twilio'
import { createEmulator, type Emulator } from '../../src/index.ts'

let emulator: Emulator
let client: twilio.Twilio

beforeAll(async () => {
  emulator = await createEmulator()
  const { accountSid, authToken } = emulator.credentials
  client = twilio(accountSid, authToken)
  client.video.baseUrl = emulator.url
})
beforeEach(() => emulator.reset())
afterAll(() => emulator.close())

test('sees who is in the room, and shows one of them out', async () => {
  await client.video.v1.rooms.create({ uniqueName: 'standup', maxParticipants: 2 })
  await emulator.addBot({ room: 'standup', identity: 'alice', tracks: [{ kind: 'audio', name: 'mic' }] })
  const bob = await emulator.addBot({ room: 'standup', identity: 'bob' })

  const standup = client.video.v1.rooms('standup')
  const participants = await standup.participants.list()
  expect(participants.map(({ identity }) => identity)).toEqual(['bob', 'alice'])

  await standup.participants('bob').update({ status: 'disconnected' })
  expect(bob.status).toBe('disconnected')
})

test('a room that nobody enters ends after five minutes', async () => {
  const { sid } = await client.video.v1.rooms.create()
  emulator.advanceClock(5 * 60_000)
  expect((await client.video.v1.rooms(sid).fetch()).status).toBe('completed')
})
