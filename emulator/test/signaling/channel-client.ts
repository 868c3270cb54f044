import { RTCPeerConnection, useH264, useVP8, type RTCDataChannel } from 'werift'
import { HOST_CANDIDATES_ONLY } from '../../src/signaling/media/media-peer.ts'
import type { Message, TestClient } from './test-client.ts'

export type ChannelClient = AsyncDisposable & {
  /** Sends on the channel of that name, or on the first. */
  say(message: object, channel?: string): void
  /** The next message on any channel. */
  next(): Promise<Message>
  /** Offers to send video as VP8 or H264. @returns the SDP of the answer */
  offerVideo(): Promise<string>
}

/**
 * The browser's end of the peer connection with the emulator, and of the data channels in it.
 * @param saysReady whether it says so on each channel, as the SDK does
 */
export async function createChannelClient(
  client: TestClient,
  offered: Message,
  { count, saysReady = true }: { count: number; saysReady?: boolean },
): Promise<ChannelClient> {
  const connection = new RTCPeerConnection({
    codecs: { video: [useVP8(), useH264()] },
    ...HOST_CANDIDATES_ONLY,
  })
  const received: Message[] = []
  const channels: RTCDataChannel[] = []
  let notify = () => {}
  const opened = new Promise<void>((resolve) => {
    connection.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((data) => {
        received.push(JSON.parse(data.toString()))
        notify()
      })
      if (channels.push(channel) === count) resolve()
    })
  })
  const { type, revision, sdp } = offered.description
  await connection.setRemoteDescription({ type, sdp })
  await connection.setLocalDescription(await connection.createAnswer())
  client.update({
    id: offered.id,
    description: { type: 'answer', revision, sdp: connection.localDescription?.sdp },
  })
  await opened
  if (saysReady) for (const channel of channels) channel.send(JSON.stringify({ type: 'ready' }))
  return {
    say(message, name = '') {
      channels.find(({ label }) => label.endsWith(name))?.send(JSON.stringify(message))
    },
    async next() {
      for (;;) {
        const message = received.shift()
        if (message) return message
        await new Promise<void>((resolve) => (notify = resolve))
      }
    },
    async offerVideo() {
      connection.addTransceiver('video', { direction: 'sendonly' })
      await connection.setLocalDescription(await connection.createOffer())
      const sdp = connection.localDescription?.sdp
      client.update({ id: offered.id, description: { type: 'offer', revision: revision + 1, sdp } })
      return (await client.nextPeerConnection('answer')).description.sdp
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
