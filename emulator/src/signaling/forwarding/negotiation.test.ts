import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSdkModel, type Description } from '../../../test/signaling/sdk-model.ts'
import { parseDescription } from './parse-description.ts'
import { formatDescription } from './format-description.ts'
import { Lines } from './lines.ts'
import { Negotiation } from './negotiation.ts'

describe('a negotiation with a client that follows the SDK’s rules', () => {
  it('comes to rest however both sides change and sockets are lost, with all tracks received', () => {
    const { steps } = createEnds()
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...steps), { maxLength: 80, size: 'max' }), (steps) => {
        const ends = createEnds()
        for (const step of steps) ends.step(step)
        ends.run()
        expect(ends.client.state).toBe('stable')
        expect(ends.client.wishes).toBe(ends.client.met)
        expect([...ends.client.received.values()].map(String).toSorted()).toEqual(ends.sent())
        expect(ends.received()).toEqual(ends.client.lines.filter((track) => track !== null).toSorted())
      }),
      { numRuns: 2000 },
    )
  })

  it('reuses the lines of tracks that have ended', () => {
    const ends = createEnds()
    for (let round = 0; round < 40; round++) {
      for (const step of ['server adds', 'server adds', 'client publishes']) ends.step(step)
      ends.run()
      for (const step of ['server removes', 'server removes', 'client unpublishes']) ends.step(step)
      ends.run()
    }
    expect(ends.client.lines.length).toBeLessThanOrEqual(4)
  })
})

function createEnds() {
  const toServer: Description[] = []
  const toClient: Description[] = []
  const lines = new Lines(['VP8', 'H264'])
  const wanted: string[] = []
  let made = 0
  const local = {
    sessionId: 1,
    version: 1,
    iceUfrag: 'user',
    icePassword: 'password',
    fingerprint: { algorithm: 'sha-256', value: '00' },
    addresses: ['127.0.0.1'],
    port: 9,
  }
  const client = createSdkModel('client', (description) => toServer.push(description))
  const negotiation = new Negotiation('p', {
    send({ description }) {
      if (description && 'sdp' in description) toClient.push(description)
    },
    createOffer: (isNeeded) =>
      isNeeded || lines.needsOffer ? formatDescription(lines.offer(), { ...local, setup: 'actpass' }) : null,
    answer(sdp) {
      const description = parseDescription(sdp)
      const sections = description && lines.answer(description)
      return sections && formatDescription(sections, { ...local, setup: 'passive' })
    },
    accept(sdp) {
      const description = parseDescription(sdp)
      return description !== null && lines.accept(description)
    },
    assumeAccepted: () => lines.assumeAccepted(),
  })
  // As after a join: the SDK always offers to receive something.
  client.lines.push(null)
  client.offer()
  client.finishOffer()

  function tell({ type, revision, sdp }: Description): void {
    if (type === 'create-offer') return
    client.arrived({ type, revision, sdp })
    negotiation.receive({ id: 'p', description: { type, revision, sdp } })
  }

  /** Whatever is on its way is lost, and the client is back on a new socket at once. */
  function lose(): void {
    toServer.length = 0
    toClient.length = 0
    for (const { description } of negotiation.replay()) {
      if (description && 'sdp' in description) toClient.push(description)
    }
    if (client.local) tell(client.local)
  }

  const actions: Record<string, () => void> = {
    'server hears': () => {
      const next = toServer.shift()
      if (next) tell(next)
    },
    'server adds': () => {
      const trackId = `server-track-${++made}`
      wanted.push(trackId)
      lines.add({ kind: 'video', trackId, streamId: 's', ssrc: made, rtxSsrc: made + 1000 })
      negotiation.offer()
    },
    'server removes': () => {
      const trackId = wanted.shift()
      if (trackId === undefined) return
      lines.remove(trackId)
      negotiation.offer()
    },
    'client hears': () => {
      const next = toClient.shift()
      if (next) client.hear(next)
    },
    'client publishes': () => client.publish(),
    'client unpublishes': () => client.unpublish(),
    'client offers': () => client.finishOffer(),
    'client applies': () => client.finishApplying(),
    'client loses its socket': lose,
    'all rest': run,
  }

  function run(): void {
    for (let turn = 0; toServer.length + toClient.length > 0 || client.isOffering || client.applying; turn++) {
      if (turn > 200) throw new Error('The two never come to rest')
      client.finishOffer()
      client.finishApplying()
      for (const description of toServer.splice(0)) tell(description)
      for (const description of toClient.splice(0)) client.hear(description)
    }
  }

  return {
    client,
    steps: Object.keys(actions),
    step: (name: string) => actions[name]?.(),
    run,
    sent: () => wanted.toSorted(),
    /** The tracks that the server has heard of. */
    received: () =>
      lines
        .incoming()
        .map(({ section }) => String(section.trackId))
        .toSorted(),
  }
}
