import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import twilio from 'twilio'
import { createEmulator, type Emulator } from '../../src/index.ts'

// Your app: who has come, as Twilio's status callbacks say.
const arrivals = new Map<string, string>()
const app = createServer(async (request, response) => {
  const {
    StatusCallbackEvent,
    ParticipantSid = '',
    ParticipantIdentity = '',
  } = Object.fromEntries(new URLSearchParams(await text(request)))
  if (StatusCallbackEvent === 'participant-connected') arrivals.set(ParticipantSid, ParticipantIdentity)
  response.writeHead(204).end()
})

let emulator: Emulator
let client: twilio.Twilio

beforeAll(async () => {
  app.listen(0, '127.0.0.1')
  await once(app, 'listening')
  emulator = await createEmulator()
  client = twilio(emulator.credentials.accountSid, emulator.credentials.authToken)
  client.video.baseUrl = emulator.url
})
beforeEach(async () => {
  await emulator.reset()
  arrivals.clear()
  const { port } = app.address() as AddressInfo
  await client.video.v1.rooms.create({ uniqueName: 'standup', statusCallback: `http://127.0.0.1:${port}/` })
})
afterAll(async () => {
  await emulator.close()
  app.close()
})

test('counts someone once whose arrival is reported twice', async () => {
  await emulator.addBot({ room: 'standup', identity: 'alice' })
  const { id, status } = await emulator.waitForCallback({ participant: 'alice' })
  expect(status).toBe('delivered')
  await emulator.redeliverCallback(id)
  expect([...arrivals.values()]).toEqual(['alice'])
})

test('is right again once a report comes that was late', async () => {
  emulator.disturbCallbacks({ delayMs: 60_000, filter: { participant: 'alice' } })
  await emulator.addBot({ room: 'standup', identity: 'alice' })
  await emulator.addBot({ room: 'standup', identity: 'bob' })
  await emulator.waitForCallback({ participant: 'bob' })
  expect([...arrivals.values()]).toEqual(['bob'])
  emulator.advanceClock(60_000)
  await emulator.waitForCallback({ participant: 'alice' })
  expect(arrivals.size).toBe(2)
})

test('misses someone whose arrival was never reported, which Twilio’s REST API knows', async () => {
  emulator.disturbCallbacks({ drop: true, filter: { event: 'participant-connected' } })
  await emulator.addBot({ room: 'standup', identity: 'alice' })
  await emulator.waitForCallback({ participant: 'alice', status: 'dropped' })
  expect(arrivals.size).toBe(0)
  const participants = await client.video.v1.rooms('standup').participants.list()
  expect(participants.map(({ identity }) => identity)).toEqual(['alice'])
})
