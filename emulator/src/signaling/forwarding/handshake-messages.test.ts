import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HandshakeMessages, type HandshakeMessage } from './handshake-messages.ts'

const CLIENT_HELLO = 1
const CERTIFICATE = 11
const FINISHED = 20

describe('handshake messages', () => {
  it('are handed on whole, in order and once each, however they come', () => {
    const handshake = [0, 1, 2, 3, 4].flatMap((sequence) => split(message(sequence, CERTIFICATE, 40), 7))
    const arrivals = fc
      .array(fc.constantFrom(...handshake))
      .chain((repeats) =>
        fc.shuffledSubarray([...handshake, ...repeats], { minLength: handshake.length + repeats.length }),
      )
    fc.assert(
      fc.property(arrivals, (parts) => {
        const { receive, handled } = collect()
        for (const part of parts) receive({ ...part })
        // A hello may be asked for once more, before the next message has come.
        const first = handled.filter(({ message_seq: sequence }, index) => {
          return index === handled.findIndex((other) => other.message_seq === sequence)
        })
        expect(first).toEqual([0, 1, 2, 3, 4].map((sequence) => message(sequence, CERTIFICATE, 40)))
        expect(handled.slice(-3)).toEqual(first.slice(-3))
      }),
    )
  })

  it('are handed on again where only they can bring an answer that was lost', () => {
    const { receive, handled } = collect()
    const sent = [
      message(0, CLIENT_HELLO, 4),
      message(1, CLIENT_HELLO, 4),
      message(2, CERTIFICATE, 4),
      message(3, FINISHED, 4),
    ]
    for (const each of sent) {
      receive(each)
      for (const earlier of sent) if (earlier.message_seq <= each.message_seq) receive(earlier)
    }
    expect(handled.map(({ message_seq: sequence }) => sequence)).toEqual([0, 0, 1, 1, 2, 3, 3])
  })

  it('are left alone when they cannot be part of a handshake', () => {
    const { receive, handled } = collect()
    receive({ ...message(0, CLIENT_HELLO, 4), fragment_offset: 2 })
    receive({ ...message(0, CLIENT_HELLO, 4), fragment_length: 3 })
    receive({ ...message(0, CLIENT_HELLO, 4), length: 3 })
    receive(message(0, CLIENT_HELLO, 20_000))
    receive(message(9, FINISHED, 4))
    expect(handled).toEqual([])
  })
})

function collect() {
  const handled: HandshakeMessage[] = []
  const messages = new HandshakeMessages((message) => handled.push(message))
  return { handled, receive: (part: HandshakeMessage) => messages.receive(part) }
}

function message(sequence: number, type: number, length: number): HandshakeMessage {
  const fragment = Buffer.from(Array.from({ length }, (_, index) => (index + sequence) % 256))
  return { msg_type: type, message_seq: sequence, length, fragment_offset: 0, fragment_length: length, fragment }
}

function split(whole: HandshakeMessage, size: number): HandshakeMessage[] {
  return Array.from({ length: Math.ceil(whole.length / size) }, (_, index) => {
    const fragment = whole.fragment.subarray(index * size, (index + 1) * size)
    return { ...whole, fragment, fragment_offset: index * size, fragment_length: fragment.length }
  })
}
