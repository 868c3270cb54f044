import { expect, it } from 'vitest'
import type { Bot } from '../../src/index.ts'
import { createWorld } from './world.ts'

it('holds 1,000 rooms of four, and lets go of all but the newest when they are over', async () => {
  await using world = await createWorld({
    retention: { completedRooms: 10, disconnectedParticipants: 20, recordings: 0 },
  })
  const { state } = world.emulator
  const bots: Bot[] = []
  const tracks = [
    { kind: 'audio', name: 'mic' },
    { kind: 'video', name: 'camera' },
  ] as const
  for (let room = 0; room < 1000; room++) {
    for (let place = 0; place < 4; place++) {
      bots.push(await world.emulator.addBot({ room: `room-${room}`, identity: `bot-${place}`, tracks }))
    }
  }
  const last = world.client.video.v1.rooms('room-999')
  expect(await last.participants.list()).toHaveLength(4)
  expect(await last.participants('bot-0').subscribedTracks.list()).toHaveLength(6)
  expect(state.roomsByName.size).toBe(1000)

  for (const bot of bots) bot.leave()
  expect(state.roomsByName.size).toBe(0)
  expect(state.rooms.size).toBe(10)
  const remembered = [...state.rooms.values()].flatMap(({ participants }) => [...participants.values()])
  expect(remembered).toHaveLength(20)
  expect(await world.client.video.v1.rooms.list()).toEqual([])
  expect(await world.client.video.v1.rooms.list({ status: 'completed' })).toHaveLength(10)
})
