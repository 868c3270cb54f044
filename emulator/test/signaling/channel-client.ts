import { RTCPeerConnection, type RTCDataChannel } from 'werift'
import type { Message, TestClient } from './test-client.ts'

export type ChannelClient = AsyncDisposable & {
  say(message: object): void
  next(): Promise<Message>
}

/** The browser's end of the peer connection with the emulator, and of the one data channel in it. */
export async function createChannelClient(client: TestClient, offered: Message): Promise<ChannelClient> {
  const connection = new RTCPeerConnection({ iceAdditionalHostAddresses: ['127.0.0.1'], iceUseIpv6: false })
  const received: Message[] = []
  let notify = () => {}
  const opened = new Promise<RTCDataChannel>((resolve) => {
    connection.onDataChannel.subscribe((channel) => {
      channel.onMessage.subscribe((data) => {
        received.push(JSON.parse(data.toString()))
        notify()
      })
      resolve(channel)
    })
  })
  const { type, revision, sdp } = offered.description
  await connection.setRemoteDescription({ type, sdp })
  await connection.setLocalDescription(await connection.createAnswer())
  client.update({
    id: offered.id,
    description: { type: 'answer', revision, sdp: connection.localDescription?.sdp },
  })
  const channel = await opened
  channel.send(JSON.stringify({ type: 'ready' }))
  return {
    say: (message) => channel.send(JSON.stringify(message)),
    async next() {
      for (;;) {
        const message = received.shift()
        if (message) return message
        await new Promise<void>((resolve) => (notify = resolve))
      }
    },
    [Symbol.asyncDispose]: () => connection.close(),
  }
}
