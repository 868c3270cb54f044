import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import { createReceiver, type Received } from './receiver.ts'
import { createWorld, type World } from './world.ts'

const events = (received: Received[]) => received.map(({ parameters }) => parameters['StatusCallbackEvent'])
const bySequence = (received: Received[]) =>
  received.toSorted((a, b) => Number(a.parameters['SequenceNumber']) - Number(b.parameters['SequenceNumber']))

function isSigned(world: World, { method, url, headers, parameters }: Received): boolean {
  const signature = String(headers['x-twilio-signature'])
  const signed = method === 'GET' ? {} : parameters
  return twilio.validateRequest(world.emulator.credentials.authToken, signature, url, signed)
}

describe('status callbacks', () => {
  it('tell the story of a room, each signed with the auth token', async () => {
    await using world = await createWorld()
    await using receiver = await createReceiver()
    const { sid } = await world.client.video.v1.rooms.create({
      uniqueName: 'Ünï & co',
      recordParticipantsOnConnect: true,
      statusCallback: `${receiver.url}/hook?tenant=a%20b&x=1`,
    })
    const alice = await world.emulator.addBot({ room: sid, identity: 'älice' })
    alice.publish({ kind: 'audio', name: 'mic' })
    alice.publish({ kind: 'data', name: 'chat' })
    alice.setEnabled('mic', false)
    alice.setEnabled('mic', true)
    alice.unpublish('chat')
    world.clock.advance(5250)
    await world.client.video.v1.rooms(sid).update({ status: 'completed' })

    const received = bySequence(await receiver.waitFor(12))
    expect(events(received)).toEqual([
      'room-created',
      'participant-connected',
      'track-added',
      'recording-started',
      'track-added',
      'track-disabled',
      'track-enabled',
      'track-removed',
      'track-removed',
      'participant-disconnected',
      'recording-completed',
      'room-ended',
    ])
    for (const callback of received) {
      expect(isSigned(world, callback)).toBe(true)
      expect(isSigned(world, { ...callback, parameters: { ...callback.parameters, RoomName: 'forged' } })).toBe(false)
      expect(callback.method).toBe('POST')
      expect(callback.headers['content-type']).toMatch('application/x-www-form-urlencoded')
    }
    const room = {
      AccountSid: world.emulator.credentials.accountSid,
      RoomSid: sid,
      RoomName: 'Ünï & co',
      RoomType: 'group',
    }
    const parametersOf = (index: number) => received[index]?.parameters
    expect(parametersOf(0)).toEqual({
      ...room,
      RoomStatus: 'in-progress',
      StatusCallbackEvent: 'room-created',
      Timestamp: '2026-01-01T00:00:00.000Z',
      SequenceNumber: '0',
    })
    const participant = { ...room, ParticipantSid: alice.sid, ParticipantIdentity: 'älice' }
    expect(parametersOf(2)).toEqual({
      ...participant,
      RoomStatus: 'in-progress',
      ParticipantStatus: 'connected',
      TrackSid: expect.stringMatching(/^MT/),
      TrackKind: 'audio',
      TrackName: 'mic',
      StatusCallbackEvent: 'track-added',
      Timestamp: '2026-01-01T00:00:00.000Z',
      SequenceNumber: '2',
    })
    expect(parametersOf(9)).toMatchObject({ ParticipantStatus: 'disconnected', ParticipantDuration: '5' })
    expect(parametersOf(10)).toMatchObject({
      ...participant,
      RecordingSid: expect.stringMatching(/^RT/),
      SourceSid: parametersOf(2)?.['TrackSid'],
      RecordingUri: `/v1/Recordings/${parametersOf(10)?.['RecordingSid']}`,
      MediaUri: `/v1/Recordings/${parametersOf(10)?.['RecordingSid']}/Media`,
      Container: 'mka',
      Codec: 'opus',
      Duration: '5',
      Type: 'audio',
    })
    expect(parametersOf(11)).toMatchObject({
      RoomStatus: 'completed',
      RoomDuration: '5',
      Timestamp: '2026-01-01T00:00:05.250Z',
    })
  })

  it('come by GET when the room says so, with everything in the URL and the URL signed', async () => {
    await using world = await createWorld()
    await using receiver = await createReceiver()
    await world.client.video.v1.rooms.create({
      uniqueName: 'a b',
      statusCallback: `${receiver.url}/hook?x=1`,
      statusCallbackMethod: 'GET',
    })
    const [callback] = await receiver.waitFor(1)
    expect(callback).toMatchObject({ method: 'GET', parameters: { x: '1', RoomName: 'a b' } })
    expect(callback && isSigned(world, callback)).toBe(true)
  })

  it('report ad-hoc rooms to the account’s own URL', async () => {
    await using receiver = await createReceiver()
    await using world = await createWorld({ statusCallback: { url: receiver.url } })
    const alice = await world.emulator.addBot({ room: 'ad-hoc', identity: 'alice' })
    alice.leave()
    const received = await receiver.waitFor(4)
    expect(events(bySequence(received))).toEqual([
      'room-created',
      'participant-connected',
      'participant-disconnected',
      'room-ended',
    ])
    expect(received.every((callback) => isSigned(world, callback))).toBe(true)
    expect(await world.client.video.v1.rooms(alice.roomSid).fetch()).toMatchObject({ statusCallback: receiver.url })
  })

  it.each(['', '?a=1', '/é ü?q=ö', '/a/../b', '/%7Euser?x=%20+y'])('are signed as they arrive at %j', async (path) => {
    await using world = await createWorld()
    await using receiver = await createReceiver()
    await world.client.video.v1.rooms.create({ statusCallback: receiver.url + path })
    const [callback] = await receiver.waitFor(1)
    expect(callback && isSigned(world, callback)).toBe(true)
  })

  it('carry user and password of the URL as a header, outside of what is signed', async () => {
    await using world = await createWorld()
    await using receiver = await createReceiver()
    const statusCallback = `${receiver.url.replace('://', '://user:p%40ss@')}/hook#rc=2`
    await world.client.video.v1.rooms.create({ statusCallback })
    const [callback] = await receiver.waitFor(1)
    expect(callback?.headers.authorization).toBe(`Basic ${btoa('user:p@ss')}`)
    expect(callback?.url).toBe(`${receiver.url}/hook`)
    expect(callback && isSigned(world, callback)).toBe(true)
  })
})

describe('a callback that fails', () => {
  it('is given up at the first answer, however bad', async () => {
    const warnings: string[] = []
    await using world = await createWorld({ warn: ({ message }) => warnings.push(message) })
    await using receiver = await createReceiver((response, index) => void response.writeHead(index ? 204 : 500).end())
    const { sid } = await world.client.video.v1.rooms.create({ statusCallback: receiver.url })
    await receiver.waitFor(1)
    await world.client.video.v1.rooms(sid).update({ status: 'completed' })
    expect(events(await receiver.waitFor(2))).toEqual(['room-created', 'room-ended'])
    expect(warnings).toEqual([expect.stringContaining('HTTP 500')])
  })

  it('is repeated when the URL asks for it, under the same idempotency token', async () => {
    await using world = await createWorld()
    await using receiver = await createReceiver(
      (response, index) => void response.writeHead(index < 2 ? 503 : 200).end(),
    )
    await world.client.video.v1.rooms.create({ statusCallback: `${receiver.url}/#rc=5&rp=4xx,5xx` })
    const received = await receiver.waitFor(3)
    expect(events(received)).toEqual(['room-created', 'room-created', 'room-created'])
    expect(new Set(received.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1)
    expect(new Set(received.map(({ parameters }) => parameters['SequenceNumber'])).size).toBe(1)
  })

  it('is repeated after too long a silence when the URL asks for it', async () => {
    await using world = await createWorld()
    await using receiver = await createReceiver((response, index) => {
      if (index > 0) response.writeHead(200).end()
    })
    await world.client.video.v1.rooms.create({ statusCallback: `${receiver.url}/#rt=100&rp=rt` })
    expect(events(await receiver.waitFor(2))).toEqual(['room-created', 'room-created'])
  })

  it('is given up when nobody listens, after one more attempt', async () => {
    const warned = Promise.withResolvers<string>()
    await using world = await createWorld({ warn: ({ message }) => warned.resolve(message) })
    const gone = await createReceiver()
    await gone[Symbol.asyncDispose]()
    await world.client.video.v1.rooms.create({ uniqueName: 'x', statusCallback: gone.url })
    expect(await warned.promise).toContain('ECONNREFUSED')
  })

  it('holds up neither the state nor the closing', async () => {
    const world = await createWorld()
    await using receiver = await createReceiver(() => {})
    const { sid } = await world.client.video.v1.rooms.create({ statusCallback: receiver.url })
    await receiver.waitFor(1)
    expect((await world.client.video.v1.rooms(sid).update({ status: 'completed' })).status).toBe('completed')
    await world[Symbol.asyncDispose]()
  })
})
