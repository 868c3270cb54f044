import { expect, it } from 'vitest'
import { addBot } from '../../src/bot.ts'
import { createRoom } from '../../src/state/index.ts'
import { track } from './test-client.ts'
import { createWorld } from './world.ts'

it('shows nobody in a large room who publishes nothing', async () => {
  await using world = await createWorld()
  createRoom(world.state, { name: 'arena', settings: { largeRoom: true, maxParticipants: 51 } })
  const silent = addBot(world, { room: 'arena', identity: 'silent' })
  const alice = await world.join('arena', 'alice', { tracks: [track('mic')] })
  expect(alice.messages[0]?.participants).toEqual([])

  const bob = await world.join('arena', 'bob')
  expect(bob.messages[0]?.participants).toMatchObject([{ identity: 'alice', state: 'connected' }])

  silent.publish({ kind: 'audio', name: 'mic' })
  expect(await alice.nextParticipant(silent.sid)).toMatchObject({ state: 'connected', tracks: [{ name: 'mic' }] })
  silent.unpublish('mic')
  expect(await alice.nextParticipant(silent.sid)).toMatchObject({ state: 'disconnected', tracks: [] })
  expect(silent.status).toBe('connected')
  silent.leave()

  // What was said of bob and of the leaving would have come before this.
  const loud = addBot(world, { room: 'arena', identity: 'loud', tracks: [{ kind: 'audio', name: 'mic' }] })
  await alice.nextParticipant(loud.sid)
  const seen = alice.messages.flatMap(({ participants = [] }) => participants)
  expect(seen.map(({ identity, state }) => [identity, state])).toEqual([
    ['silent', 'connected'],
    ['silent', 'disconnected'],
    ['loud', 'connected'],
  ])
})
