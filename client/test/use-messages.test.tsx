// @vitest-environment happy-dom
import { EventEmitter } from 'node:events'
import { act } from 'react'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { useMessages } from '../src/react/index.ts'
import { createFakeRoom, FakeDataTrack } from './fake-room.ts'
import { renderHook } from './render.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

const published: FakeDataTrack[] = []
beforeEach(() => void (published.length = 0))

function createRoom() {
  const { room, fake, end } = createFakeRoom()
  Object.assign(fake.localParticipant, { publishTrack: async (track: FakeDataTrack) => published.push(track) })
  const bob = Object.assign(new EventEmitter(), { sid: 'PAbob', identity: 'bob' })
  const hear = (data: unknown, name = 'chat') => act(async () => fake.emit('trackMessage', data, { name }, bob))
  return { room, end, hear }
}

describe('useMessages', () => {
  test('publishes one data track, and sends and receives over it', async () => {
    const [alice, bob] = [createRoom(), createRoom()]
    await using hook = await renderHook(useMessages, alice.room)
    expect(hook.value()).toMatchObject({ messages: [], isReady: true })
    expect(published.map(({ name }) => name)).toEqual(['chat'])
    await act(async () => hook.value().send('hello'))
    const [sent] = hook.value().messages
    expect(sent).toMatchObject({ text: 'hello', identity: 'alice', participantSid: 'PA1', isMine: true })

    await using other = await renderHook(useMessages, bob.room)
    await bob.hear(published[0]?.sent[0])
    expect(other.value().messages).toEqual([{ ...sent, identity: 'bob', participantSid: 'PAbob', isMine: false }])
  })

  test('keeps what was said while the panel is closed', async () => {
    const { room, hear } = createRoom()
    const first = await renderHook(useMessages, room)
    await first.unmount()
    await hear('while away')
    await using again = await renderHook(useMessages, room)
    expect(again.value().messages.map(({ text }) => text)).toEqual(['while away'])
    expect(published).toHaveLength(1)
  })

  test('takes any text, and nothing of other channels or in other forms', async () => {
    const { room, hear } = createRoom()
    await using hook = await renderHook(useMessages, room)
    for (const data of ['plain', '{"id":1}', '{"id":"a","text":"b","sentAt":"never"}', 'null']) await hear(data)
    await hear('elsewhere', 'pointer')
    await hear(new ArrayBuffer(4))
    expect(hook.value().messages.map(({ text }) => text)).toEqual([
      'plain',
      '{"id":1}',
      '{"id":"a","text":"b","sentAt":"never"}',
      'null',
    ])
    expect(new Set(hook.value().messages.map(({ id }) => id)).size).toBe(4)
  })

  test('is not ready without a room, nor after the call', async () => {
    const { room, end } = createRoom()
    await using hook = await renderHook(useMessages, null as typeof room | null)
    expect(hook.value().isReady).toBe(false)
    expect(() => hook.value().send('x')).toThrow('no room')
    await hook.update(room)
    expect(hook.value().isReady).toBe(true)
    await act(async () => end())
    expect(hook.value().isReady).toBe(false)
    expect(() => hook.value().send('x')).toThrow('over')
  })
})
