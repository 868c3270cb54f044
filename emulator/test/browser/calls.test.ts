import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser } from 'playwright-core'
import type { Caller } from './caller.ts'
import { launchChromium } from './chromium.ts'
import { createWorld } from './world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const everyoneHearsEveryone = (callers: Caller[], deadlineMs?: number) =>
  Promise.all(
    callers.map(({ identity, flowing }) =>
      flowing(
        callers.map((caller) => caller.identity).filter((other) => other !== identity),
        deadlineMs,
      ),
    ),
  )

test('three browsers that join one after another see and hear one another', async () => {
  await using world = await createWorld(browser)
  const callers: Caller[] = []
  for (const identity of ['alice', 'bob', 'carol']) {
    callers.push(await world.join(identity, { room: 'trio', audio: true, video: true }))
  }

  const deliveries = await everyoneHearsEveryone(callers)

  expect(deliveries.map((tracks) => tracks.map(({ kind }) => kind).sort())).toEqual(
    callers.map(() => ['audio', 'audio', 'video', 'video']),
  )
})

test('two browsers see and hear each other without a server between them', async () => {
  await using world = await createWorld(browser, { media: 'mesh' })
  await world.rest.video.v1.rooms.create({ uniqueName: 'pair', type: 'peer-to-peer' })
  const room = { audio: true, video: true }
  const callers = await Promise.all([
    world.join('alice', { ...room, room: 'pair' }),
    world.join('bob', { ...room, room: 'pair' }),
  ])
  await everyoneHearsEveryone(callers)
})

test('six browsers that join at the same moment see and hear one another', { timeout: 240_000 }, async () => {
  // Thirty streams of each kind take all that two cores have; being slow must not end anyone's session.
  await using world = await createWorld(browser, { sessionTimeoutSeconds: 300 })
  const identities = ['ann', 'ben', 'cleo', 'dan', 'eve', 'fay']

  const callers = await Promise.all(
    identities.map((identity) => world.join(identity, { room: 'six', audio: true, video: true })),
  )

  const deliveries = await everyoneHearsEveryone(callers, 180_000)
  expect(deliveries.map((tracks) => tracks.length)).toEqual(identities.map(() => 10))
})

test('tracks published and unpublished while others join reach everyone, all at the same moment', async () => {
  await using world = await createWorld(browser)
  const [alice, bob] = await Promise.all([
    world.join('alice', { room: 'busy', audio: true }),
    world.join('bob', { room: 'busy', video: true }),
  ])
  await Promise.all([alice.publish('video', 'early'), bob.publish('data', 'notes')])

  const [carol, dave] = await Promise.all([
    world.join('carol', { room: 'busy', audio: true, video: true }),
    world.join('dave', { room: 'busy' }),
    alice.publish('video', 'camera'),
    alice.unpublish('early'),
    bob.publish('audio', 'voice'),
    bob.unpublish('notes'),
  ])
  await Promise.all([dave.publish('audio', 'late'), carol.publish('data', 'chat'), alice.enable('camera', true)])

  const callers = [alice, bob, carol, dave]
  const published: Record<string, string[]> = {
    alice: ['audio', 'video'],
    bob: ['audio', 'video'],
    carol: ['audio', 'data', 'video'],
    dave: ['audio'],
  }
  for (const { identity, sights } of callers) {
    const seen = async () =>
      Object.fromEntries(
        (await sights()).map(({ identity, tracks }) => [identity, tracks.map(({ kind }) => kind).sort()]),
      )
    const { [identity]: _own, ...others } = published
    await expect.poll(seen).toEqual(others)
  }
  await everyoneHearsEveryone(callers)
})

test('whoever leaves is gone for the others, and the call goes on', async () => {
  await using world = await createWorld(browser)
  const media = { room: 'leaving', audio: true, video: true }
  const [alice, bob, carol] = await Promise.all([
    world.join('alice', media),
    world.join('bob', media),
    world.join('carol', media),
  ])
  await everyoneHearsEveryone([alice, bob, carol])

  await bob.leave()

  await Promise.all([alice, carol].map(({ event }) => event('participantDisconnected', { identity: 'bob' })))
  await everyoneHearsEveryone([alice, carol])
  const again = await world.join('bob', media)
  await everyoneHearsEveryone([alice, again, carol])
})
