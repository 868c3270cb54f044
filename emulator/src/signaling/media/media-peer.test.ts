import { promises as dns } from 'node:dns'
import { Socket } from 'node:dgram'
import { afterEach, expect, test, vi } from 'vitest'
import { MediaPeer } from './media-peer.ts'
import type { PeerConnectionState } from '../message.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('a media peer makes its offer without asking anyone on the network for its address', async () => {
  const lookup = vi.spyOn(dns, 'lookup')
  const send = vi.spyOn(Socket.prototype, 'send')
  const offer = Promise.withResolvers<PeerConnectionState>()
  const peer = new MediaPeer(new Map([['active_speaker', 'speaker']]), {
    send: offer.resolve,
    onMessage: () => undefined,
    onAudioLevel: () => undefined,
  })
  peer.start()
  const { description } = await offer.promise
  peer.close()
  expect(description).toMatchObject({ type: 'offer', sdp: expect.stringContaining(' 127.0.0.1 ') as string })
  expect(lookup.mock.calls.map(([host]) => host).filter((host) => host !== '127.0.0.1')).toEqual([])
  const targets = send.mock.calls.flat().filter((argument) => typeof argument === 'string')
  expect(targets.filter((host) => host !== '127.0.0.1')).toEqual([])
})
