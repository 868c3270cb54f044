import assert from 'node:assert/strict'
import type { Caller } from '../browser/caller.ts'
import type { Scenario } from './scenario.ts'

/** Whether the room is being recorded, as its Rooms tell. */
export const recording: Scenario[] = [
  {
    name: 'a room that records on connect begins with the first track and ends with the last',
    async run(world) {
      await world.rest.video.v1.rooms.create({ uniqueName: 'a', recordParticipantsOnConnect: true })
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a' }),
        world.join('bob', { page, room: 'a' }),
      ])
      assert.deepEqual(await Promise.all([alice, bob].map(isRecording)), [false, false])

      await alice.publish('audio', 'voice')
      await Promise.all([alice, bob].map(({ event }) => event('recordingStarted')))
      assert.deepEqual(await Promise.all([alice, bob].map(isRecording)), [true, true])

      const carol = await world.join('carol', { page, room: 'a' })
      assert.equal(await isRecording(carol), true)
      assert.deepEqual(await carol.events('recordingStarted'), [])

      await alice.unpublish('voice')
      await Promise.all([alice, bob, carol].map(({ event }) => event('recordingStopped')))
      assert.equal(await isRecording(bob), false)
    },
  },
  {
    name: 'rules set over REST start and stop the recording',
    async run(world) {
      const page = await world.openPage()
      const [alice, bob] = await Promise.all([
        world.join('alice', { page, room: 'a', audio: true }),
        world.join('bob', { page, room: 'a' }),
      ])
      const { recordingRules } = world.rest.video.v1.rooms('a')
      assert.equal(await isRecording(bob), false)
      await recordingRules.update({ rules: [{ type: 'include', all: true }] })
      await Promise.all([alice, bob].map(({ event }) => event('recordingStarted')))
      assert.equal(await isRecording(alice), true)
      await recordingRules.update({ rules: [{ type: 'exclude', all: true }] })
      await Promise.all([alice, bob].map(({ event }) => event('recordingStopped')))
      assert.equal(await isRecording(alice), false)
    },
  },
  {
    name: 'data tracks are never recorded',
    async run(world) {
      await world.rest.video.v1.rooms.create({ uniqueName: 'a', recordParticipantsOnConnect: true })
      const page = await world.openPage()
      const alice = await world.join('alice', { page, room: 'a' })
      const bob = await world.join('bob', { page, room: 'a' })
      await alice.publish('data', 'notes')
      await bob.event('trackSubscribed', { track: 'notes' })
      assert.equal(await isRecording(bob), false)
      await alice.publish('audio', 'voice')
      await bob.event('recordingStarted')
    },
  },
]

function isRecording({ room }: Caller) {
  return room.evaluate(({ isRecording }) => isRecording)
}
