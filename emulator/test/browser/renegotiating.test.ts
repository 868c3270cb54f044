import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Browser, Page } from 'playwright-core'
import { launchChromium } from './chromium.ts'
import { createWorld } from './world.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

// Where browsers describe themselves to each other; with a server between them it is the server that they wait for.

/** Follows the offers of a page's browser, which can be held back before they are made. */
async function followOffers(page: Page) {
  const offers = await page.evaluateHandle(() => {
    const [wanted, released] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const offers = { isHeld: false, isOpen: false, wanted, released }
    const { prototype } = RTCPeerConnection
    // oxlint-disable-next-line typescript/unbound-method -- the proxies hand on what they are called on
    const { createOffer, setRemoteDescription } = prototype
    prototype.createOffer = new Proxy(createOffer, {
      async apply(target, peerConnection, args) {
        if (offers.isHeld) {
          wanted.resolve()
          await released.promise
        }
        const offer: unknown = await Reflect.apply(target, peerConnection, args)
        offers.isOpen = true
        return offer
      },
    })
    prototype.setRemoteDescription = new Proxy(setRemoteDescription, {
      async apply(target, peerConnection, args) {
        await Reflect.apply(target, peerConnection, args)
        if (args[0].type === 'answer') offers.isOpen = false
      },
    })
    return offers
  })
  return {
    /** Waits until the last offer has been answered. */
    answered: () => offers.evaluate((offers) => window.stage.until('an answer', () => !offers.isOpen)),
    /** Waits until there is an offer without an answer. */
    made: () => offers.evaluate((offers) => window.stage.until('an offer', () => offers.isOpen)),
    hold: () => offers.evaluate((offers) => void (offers.isHeld = true)),
    /** Waits until one is held back. */
    wanted: () => offers.evaluate(({ wanted }) => wanted.promise),
    release: () => offers.evaluate(({ released }) => released.resolve()),
  }
}

test('a track arrives that takes the line of another before it was heard that the line is free', async () => {
  await using world = await createWorld(browser, { media: 'mesh' })
  const wire = await world.createWire()
  const alice = await world.join('alice', { room: 'a' })
  const bob = await world.join('bob', { room: 'a', wire })
  const offers = await followOffers(alice.page)
  await alice.publish('audio', 'first')
  await bob.event('trackSubscribed', { track: 'first' })
  await offers.answered()

  // While Bob has not answered this, Alice cannot tell him that the line of her voice is free; his answer frees it.
  wire.freeze()
  await alice.publish('video', 'picture')
  await offers.made()
  await alice.unpublish('first')
  await offers.hold()
  wire.mend()
  await offers.wanted()
  await alice.publish('audio', 'second')
  await offers.release()

  await bob.event('trackSubscribed', { track: 'second' })
  const deliveries = await bob.flowing(['alice'])
  expect(deliveries.map(({ track }) => track).toSorted()).toEqual(['picture', 'second'])
})

test('a track arrives that begins while the listener takes its own track off the same line', async () => {
  await using world = await createWorld(browser, { media: 'mesh' })
  const [alice, bob] = [await world.join('alice', { room: 'a' }), await world.join('bob', { room: 'a' })]
  await alice.publish('audio', 'of alice')
  await bob.event('trackSubscribed', { track: 'of alice' })

  // The removal falls into the time in which Alice's browser applies what Bob's voice comes with.
  await alice.room.evaluate(({ localParticipant }) => {
    const { prototype } = RTCPeerConnection
    // oxlint-disable-next-line typescript/unbound-method -- both are put back, and called on what they belong to
    const { setRemoteDescription, removeTrack } = prototype
    let apply = () => {}
    prototype.setRemoteDescription = new Proxy(setRemoteDescription, {
      apply(target, peerConnection, args) {
        prototype.setRemoteDescription = setRemoteDescription
        localParticipant.audioTracks.forEach((publication) => publication.unpublish())
        return new Promise<void>((resolve, reject) => {
          apply = () => Reflect.apply(target, peerConnection, args).then(resolve, reject)
        })
      },
    })
    prototype.removeTrack = new Proxy(removeTrack, {
      apply(target, peerConnection, args) {
        prototype.removeTrack = removeTrack
        apply()
        return Reflect.apply(target, peerConnection, args)
      },
    })
  })
  await bob.publish('audio', 'of bob')

  await alice.event('trackSubscribed', { track: 'of bob' })
  expect((await alice.flowing(['bob'])).map(({ track }) => track)).toEqual(['of bob'])
  await bob.event('trackUnsubscribed', { track: 'of alice' })
})
