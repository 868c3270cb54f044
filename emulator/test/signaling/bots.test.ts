import { describe, expect, it } from 'vitest'
import { addBot } from '../../src/bot.ts'
import { createRoom } from '../../src/state/index.ts'
import { track } from './test-client.ts'
import { createWorld } from './world.ts'

describe('addBot', () => {
  it('lets a participant in whom others see come, publish and leave', async () => {
    await using world = await createWorld()
    const alice = await world.join('studio', 'alice')
    const bot = addBot(world, { room: 'studio', identity: 'robo', tracks: [{ kind: 'video', name: 'camera' }] })
    const seen = await alice.next(({ participants }) => participants)
    expect(seen.participants).toMatchObject([
      { sid: bot.sid, identity: 'robo', state: 'connected', tracks: [{ name: 'camera', kind: 'video' }] },
    ])
    const sid = bot.publish({ kind: 'audio', name: 'mic' })
    expect((await alice.nextParticipant(bot.sid)).tracks).toMatchObject([{ name: 'camera' }, { sid, name: 'mic' }])
    bot.setEnabled('mic', false)
    expect((await alice.nextParticipant(bot.sid)).tracks).toMatchObject([{ enabled: true }, { enabled: false }])
    bot.unpublish('camera')
    expect((await alice.nextParticipant(bot.sid)).tracks).toMatchObject([{ name: 'mic' }])
    bot.leave()
    expect(await alice.nextParticipant(bot.sid)).toMatchObject({ state: 'disconnected' })
    expect(bot.status).toBe('disconnected')
  })

  it('promises nobody its media: no peer connection, no subscription', async () => {
    await using world = await createWorld()
    addBot(world, { room: 'studio', tracks: [{ kind: 'video', name: 'camera' }] })
    const alice = await world.join('studio', 'alice', { tracks: [track('camera')] })
    const bob = await world.join('studio', 'bob')
    addBot(world, { room: 'studio', tracks: [{ kind: 'video', name: 'camera' }] })
    expect(alice.messages[0]).toMatchObject({
      participants: [{ identity: expect.stringMatching(/^bot-/) }],
      subscribed: { tracks: [] },
    })
    expect(bob.messages[0]?.participants).toHaveLength(2)
    expect(bob.messages[0]?.subscribed.tracks).toMatchObject([{ id: 'id-of-camera' }])
    await alice.nextPeerConnection('offer')
    expect(alice.messages.flatMap(({ peer_connections = [] }) => peer_connections)).toHaveLength(2)
  })

  it('throws what the room says, and leaves nothing behind', async () => {
    await using world = await createWorld()
    const room = createRoom(world.state, { name: 'studio', settings: { maxParticipants: 1 } })
    const twice = { kind: 'data', name: 'x' } as const
    expect(() => addBot(world, { room: 'studio', tracks: [twice, twice] })).toThrow(
      expect.objectContaining({ code: 53304 }),
    )
    expect(room.connected.size).toBe(0)
    addBot(world, { room: 'studio' })
    expect(() => addBot(world, { room: 'studio' })).toThrow(expect.objectContaining({ code: 53105 }))
  })

  it('makes way for one with the same identity', async () => {
    await using world = await createWorld()
    const bot = addBot(world, { room: 'studio', identity: 'alice' })
    await world.join('studio', 'alice')
    expect(bot.status).toBe('disconnected')
  })

  it('comes in thousands, and leaves nothing behind', async () => {
    await using world = await createWorld({ stateOptions: { retention: { completedRooms: 10 } } })
    const alice = await world.join('room 7', 'alice')
    const bots = Array.from({ length: 4000 }, (_, index) =>
      addBot(world, { room: `room ${index % 1000}`, tracks: [{ kind: 'video', name: 'camera' }] }),
    )
    expect(world.state.roomsByName.size).toBe(1000)
    await expect.poll(() => alice.messages.flatMap(({ participants = [] }) => participants).length).toBe(4)
    for (const bot of bots) bot.leave()
    await alice.nextParticipant(bots[7]?.sid ?? '', 'disconnected')
    expect([...world.state.roomsByName.keys()]).toEqual(['room 7'])
    expect(world.state.rooms.size).toBe(11)
  })
})
