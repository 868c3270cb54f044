import twilio from 'twilio'
import { describe, expect, it } from 'vitest'
import type { CallbackDelivery } from '../../src/index.ts'
import { createReceiver, type Received, type Receiver } from './receiver.ts'
import { createWorld, type World } from './world.ts'

type Stage = AsyncDisposable & World & { receiver: Receiver; roomSid: string }

/** A room whose callbacks are received. */
async function createStage(answer?: Parameters<typeof createReceiver>[0]): Promise<Stage> {
  const receiver = await createReceiver(answer)
  const world = await createWorld({ warn: () => {} })
  const { sid: roomSid } = await world.client.video.v1.rooms.create({
    uniqueName: 'standup',
    statusCallback: `${receiver.url}/hook`,
  })
  await receiver.waitFor(1)
  return {
    ...world,
    receiver,
    roomSid,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await receiver[Symbol.asyncDispose]()
    },
  }
}

const who = ({ parameters }: Received | CallbackDelivery) => parameters['ParticipantIdentity']

async function join({ emulator }: World, ...identities: string[]): Promise<void> {
  for (const identity of identities) await emulator.addBot({ room: 'standup', identity })
}

function isSigned({ emulator }: World, { url, headers, parameters }: Received): boolean {
  const signature = String(headers['x-twilio-signature'] ?? '')
  return twilio.validateRequest(emulator.credentials.authToken, signature, url, parameters)
}

const connected = ({ parameters }: Received) => parameters['StatusCallbackEvent'] === 'participant-connected'

describe('status callbacks that are disturbed', () => {
  it('are dropped, as many as asked for, and only those that match', async () => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ drop: true, times: 1, filter: { participant: 'bob' } })
    await join(stage, 'alice', 'bob', 'carol')
    expect(new Set((await stage.receiver.waitFor(2, connected)).map(who))).toEqual(new Set(['alice', 'carol']))
    const [dropped] = stage.emulator.callbacks({ participant: 'bob' })
    expect(dropped).toMatchObject({ status: 'dropped', attempts: [], fault: { drop: true } })
    await join(stage, 'bob')
    await stage.emulator.waitForCallback({ participant: 'bob', status: 'delivered', event: 'participant-connected' })
  })

  it('come when the emulator’s clock says so', async () => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ delayMs: 10_000, filter: { participant: 'alice' } })
    await join(stage, 'alice', 'bob')
    await stage.emulator.waitForCallback({ participant: 'bob' })
    expect(stage.emulator.callbacks({ participant: 'alice' })).toMatchObject([{ status: 'waiting' }])
    stage.clock.advance(10_000)
    expect(await stage.emulator.waitForCallback({ participant: 'alice' })).toMatchObject({ status: 'delivered' })
  })

  it('come several times, under one idempotency token', async () => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ copies: 2, times: 1 })
    await join(stage, 'alice', 'bob')
    const received = await stage.receiver.waitFor(3, (one) => who(one) === 'alice')
    expect(new Set(received.map(({ headers }) => headers['i-twilio-idempotency-token'])).size).toBe(1)
    expect(received.every((one) => isSigned(stage, one))).toBe(true)
    const [first, ...copies] = stage.emulator.callbacks({ participant: 'alice' })
    expect(copies.map(({ copyOf }) => copyOf)).toEqual([first?.id, first?.id])
    await stage.receiver.waitFor(1, (one) => who(one) === 'bob')
    expect(stage.emulator.callbacks({ participant: 'bob' })).toHaveLength(1)
  })

  it('come the wrong way round', async () => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ reorder: 3 })
    await join(stage, 'alice', 'bob', 'carol', 'dave')
    expect((await stage.receiver.waitFor(3, connected)).map(who)).toEqual(['carol', 'bob', 'alice'])
    // There are no three any more; what is held back is not lost.
    stage.emulator.calmCallbacks()
    expect(await stage.emulator.waitForCallback({ participant: 'dave' })).toMatchObject({ status: 'delivered' })
  })

  it.each(['signature', 'no-signature', 'parameters'] as const)('come with a bad %s', async (corrupt) => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ corrupt, times: 1 })
    await join(stage, 'alice', 'bob')
    const received = await stage.receiver.waitFor(2, connected)
    const [bad, ...more] = received.filter((one) => !isSigned(stage, one))
    expect(more).toEqual([])
    expect(bad?.headers['x-twilio-signature'] !== undefined).toBe(corrupt !== 'no-signature')
  })

  it('suffer the same chances for the same seed', async () => {
    const identities = Array.from({ length: 30 }, (_, index) => `bot-${index}`)
    const run = async (seed: number): Promise<(string | undefined)[]> => {
      await using stage = await createStage()
      stage.emulator.disturbCallbacks({ drop: true, percent: 30, seed })
      await join(stage, ...identities)
      return stage.emulator.callbacks({ status: 'dropped' }).map(who)
    }
    const [once, again, other] = [await run(7), await run(7), await run(8)]
    expect(once).toEqual(again)
    expect(once).not.toEqual(other)
    expect(once.length).toBeGreaterThan(2)
    expect(once.length).toBeLessThan(20)
  })

  it('are as Twilio sends them once all is forgotten', async () => {
    await using stage = await createStage()
    stage.emulator.disturbCallbacks({ drop: true })
    await join(stage, 'alice')
    await stage.emulator.reset()
    expect(stage.emulator.callbacks()).toEqual([])
    await stage.client.video.v1.rooms.create({ statusCallback: stage.receiver.url })
    expect(await stage.emulator.waitForCallback()).toMatchObject({ status: 'delivered', fault: null })
  })

  it('say what is no fault', async () => {
    await using stage = await createStage()
    expect(() => stage.emulator.disturbCallbacks({})).toThrow('say what')
    expect(() => stage.emulator.disturbCallbacks({ drop: true, percent: 101 })).toThrow('percent')
  })
})

describe('the list of status callbacks', () => {
  it('holds what was sent, what was answered, and how long it took', async () => {
    await using stage = await createStage((response, index) => {
      if (index === 0) response.writeHead(204).end()
      else response.writeHead(index === 1 ? 503 : 200, { 'x-app': 'mine' }).end('wait a moment')
    })
    const { statusCallback } = await stage.client.video.v1.rooms('standup').fetch()
    await join(stage, 'alice')
    const failed = await stage.emulator.waitForCallback({ participant: 'alice' })
    expect(failed).toMatchObject({
      status: 'failed',
      parameters: { StatusCallbackEvent: 'participant-connected', RoomSid: stage.roomSid },
      request: { method: 'POST', url: statusCallback, body: expect.stringContaining('ParticipantIdentity=alice') },
      attempts: [
        {
          at: '2026-01-01T00:00:00.000Z',
          durationMs: expect.any(Number),
          failure: '5xx',
          response: { statusCode: 503, body: 'wait a moment', headers: { 'x-app': 'mine' } },
        },
      ],
    })

    const again = await stage.emulator.redeliverCallback(failed.id)
    expect(again).toMatchObject({ status: 'delivered', copyOf: failed.id, request: failed.request })
    await expect(stage.emulator.redeliverCallback('0')).rejects.toThrow(RangeError)
  })

  it('keeps the newest only', async () => {
    await using stage = await createStage()
    const bot = await stage.emulator.addBot({ room: 'standup', identity: 'alice' })
    stage.emulator.disturbCallbacks({ drop: true })
    for (let round = 0; round < 1100; round++) {
      bot.publish({ kind: 'data', name: 'chat' })
      bot.unpublish('chat')
    }
    const kept = stage.emulator.callbacks()
    expect(kept).toHaveLength(2000)
    expect(kept.at(-1)?.parameters['StatusCallbackEvent']).toBe('track-removed')
  })

  it('tells who waits in vain what there was instead', async () => {
    await using stage = await createStage()
    const waiting = stage.emulator.waitForCallback({ event: 'room-ended', timeoutMs: 50 })
    await expect(waiting).rejects.toThrow('the last were room-created delivered')
  })
})

describe('the control plane of status callbacks', () => {
  const control = async ({ emulator }: World, method: string, path: string, body: unknown = {}) => {
    const headers = { 'content-type': 'application/json' }
    const init = method === 'GET' ? {} : { headers, body: JSON.stringify(body) }
    const response = await fetch(`${emulator.url}/_emulator${path}`, { method, ...init })
    return { status: response.status, body: response.status === 204 ? undefined : ((await response.json()) as object) }
  }

  it('disturbs them, lists them, waits for them and redelivers them', async () => {
    await using stage = await createStage()
    const fault = { drop: true, filter: { participant: 'alice' } }
    expect((await control(stage, 'POST', '/callback-faults', fault)).status).toBe(204)
    expect((await control(stage, 'GET', '/callback-faults')).body).toEqual({ faults: [fault] })
    await join(stage, 'alice', 'bob')

    const next = await control(stage, 'GET', '/callbacks/next?participant=bob&event=participant-connected')
    expect(next.body).toMatchObject({ status: 'delivered', parameters: { ParticipantIdentity: 'bob' } })
    const dropped = await control(stage, 'GET', '/callbacks?room=standup&status=dropped')
    expect(dropped.body).toMatchObject({ callbacks: [{ parameters: { ParticipantIdentity: 'alice' } }] })
    const [{ id }] = (dropped.body as { callbacks: [{ id: string }] }).callbacks
    expect(await control(stage, 'POST', `/callbacks/${id}/redeliver`)).toMatchObject({
      status: 200,
      body: { status: 'delivered', copyOf: id },
    })
    await stage.receiver.waitFor(1, (one) => who(one) === 'alice')

    expect((await control(stage, 'DELETE', '/callback-faults')).status).toBe(204)
    expect((await control(stage, 'GET', '/callback-faults')).body).toEqual({ faults: [] })
  })

  it('refuses what it cannot make sense of', async () => {
    await using stage = await createStage()
    expect((await control(stage, 'POST', '/callback-faults', { drop: false })).status).toBe(400)
    expect((await control(stage, 'POST', '/callback-faults', { smell: 1 })).status).toBe(400)
    expect((await control(stage, 'GET', '/callbacks?status=eaten')).status).toBe(400)
    expect((await control(stage, 'GET', '/callbacks/next?event=room-ended&timeoutSeconds=0')).status).toBe(404)
    expect((await control(stage, 'POST', '/callbacks/nobody/redeliver')).status).toBe(404)
  })
})
