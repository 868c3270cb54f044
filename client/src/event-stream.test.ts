import { expect, test } from 'vitest'
import { readEventStream, type StreamMessage } from './event-stream.ts'

/** A body that arrives in these pieces. */
function bodyOf(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece)
      controller.close()
    },
  })
}

const read = async (...pieces: (string | Uint8Array)[]) => {
  const messages: StreamMessage[] = []
  for await (const message of readEventStream(bodyOf(...pieces))) messages.push(message)
  return messages
}

test('reads event, data and id of each message', async () => {
  expect(await read('event: tick\ndata: {"a":1}\nid: 7\n\n\ndata: b\n\n')).toEqual([
    { event: 'tick', data: '{"a":1}', id: '7' },
    { event: 'message', data: 'b', id: undefined },
  ])
})

test('puts a message together from pieces cut anywhere, inside a character too', async () => {
  const bytes = new TextEncoder().encode('data: Beyoncé 🎥\r\nid: 1\r\n\r\ndata: 2\r\n\r\n')
  const expected = [
    { event: 'message', data: 'Beyoncé 🎥', id: '1' },
    { event: 'message', data: '2', id: undefined },
  ]
  for (let cut = 1; cut < bytes.length; cut++) {
    expect(await read(bytes.subarray(0, cut), bytes.subarray(cut)), `cut at ${cut}`).toEqual(expected)
  }
})

test('joins lines of data, takes one space after the colon, and passes over comments and unknown fields', async () => {
  expect(await read(': hello\nretry: 5\ndata:  a\ndata:b\ndata\n\n')).toEqual([
    { event: 'message', data: ' a\nb\n', id: undefined },
  ])
})

test('drops what has no data, and what broke off', async () => {
  expect(await read('event: x\n\nid: 3\n\ndata: half')).toEqual([])
})

test('closes the stream when the iteration is left', async () => {
  const cancelled = Promise.withResolvers<void>()
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode('data: 1\n\n')),
    cancel: () => cancelled.resolve(),
  })
  for await (const { data } of readEventStream(body)) if (data === '1') break
  await cancelled.promise
})
