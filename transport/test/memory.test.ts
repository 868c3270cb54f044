import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { eventOf, startServer } from './setup.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

describe('a subscription', () => {
  it('holds no event that it has written while it waits for the next', async () => {
    await using server = await startServer('roomkey', { sse: { ping: { enabled: true, intervalMs: 200 } } })
    const { emitter } = server.probe
    const started = eventOf(emitter, 'started')
    const controller = new AbortController()
    const response = fetch(`${server.url}/events`, { signal: controller.signal })
    await started
    const publish = (event: object): WeakRef<object> => {
      emitter.emit('live', event)
      return new WeakRef(event)
    }
    const events = [1, 2].map((n) => publish({ n }))
    let text = ''
    for await (const chunk of (await response).body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk
      if (text.includes('{"n":2}')) break
    }
    await new Promise((resolve) => setImmediate(resolve))
    collectGarbage()
    expect(events.map((event) => event.deref())).toEqual([undefined, undefined])
    controller.abort()
  })
})
