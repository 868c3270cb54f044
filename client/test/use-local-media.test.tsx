// @vitest-environment happy-dom
import { act } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { useLocalMedia, type LocalMediaOptions } from '../src/react/index.ts'
import { installFakeDevices, type FakeDevices } from './fake-devices.ts'
import { createFakeTrack } from './fake-room.ts'
import { renderHook } from './render.tsx'

let machine: FakeDevices
beforeEach(() => {
  localStorage.clear()
  machine = installFakeDevices()
})
afterEach(() => vi.unstubAllGlobals())

const renderMedia = (options: LocalMediaOptions = {}) => renderHook(useLocalMedia, options)
const isLive = (track: MediaStreamTrack) => track.readyState === 'live'

describe('useLocalMedia', () => {
  test('opens nothing by itself, and lists what there is', async () => {
    await using hook = await renderMedia()
    expect(hook.value().camera).toMatchObject({ status: 'off', track: null, permission: 'prompt', deviceId: null })
    expect(hook.value().camera.devices.map(({ deviceId }) => deviceId)).toEqual(['cam-1'])
    expect(hook.value().microphone.devices.map(({ deviceId }) => deviceId)).toEqual(['mic-1'])
    expect(machine.getUserMedia).not.toHaveBeenCalled()
  })

  test('opens each device once under StrictMode, if asked to, and closes all with the component', async () => {
    const hook = await renderMedia({ camera: true, microphone: true })
    expect(hook.value().camera.status).toBe('on')
    expect(hook.value().tracks).toEqual(machine.opened)
    expect(machine.getUserMedia).toHaveBeenCalledTimes(2)
    await hook.unmount()
    expect(machine.opened.filter(isLive)).toEqual([])
  })

  test('starts and stops one device', async () => {
    await using hook = await renderMedia()
    await act(() => hook.value().camera.start())
    expect(hook.value().camera).toMatchObject({ status: 'on', track: machine.opened[0] })
    await act(() => hook.value().camera.start())
    expect(machine.opened).toHaveLength(1)
    await act(async () => hook.value().camera.stop())
    expect(hook.value().camera).toMatchObject({ status: 'off', track: null })
    expect(machine.opened.filter(isLive)).toEqual([])
    expect(hook.value().tracks).toEqual([])
  })

  test('closes a camera that opens after it was stopped', async () => {
    const opening = Promise.withResolvers<MediaStream>()
    machine.getUserMedia.mockReturnValueOnce(opening.promise)
    await using hook = await renderMedia()
    await act(async () => void hook.value().camera.start())
    expect(hook.value().camera.status).toBe('starting')
    await act(async () => hook.value().camera.stop())
    const late = createFakeTrack('late')
    await act(async () => opening.resolve({ getTracks: () => [late] } as unknown as MediaStream))
    expect(isLive(late)).toBe(false)
    expect(hook.value().camera).toMatchObject({ status: 'off', track: null })
  })

  test('mutes without closing, and gives a new list so that others hear of it', async () => {
    await using hook = await renderMedia({ microphone: true })
    const before = hook.value().tracks
    await act(async () => hook.value().microphone.setEnabled(false))
    expect(hook.value().microphone).toMatchObject({ isEnabled: false, status: 'on' })
    expect(machine.opened[0]).toMatchObject({ enabled: false, readyState: 'live' })
    expect(hook.value().tracks).not.toBe(before)
  })

  test('stays muted when the microphone is opened again', async () => {
    await using hook = await renderMedia()
    await act(async () => hook.value().microphone.setEnabled(false))
    await act(() => hook.value().microphone.start())
    expect(machine.opened[0]?.enabled).toBe(false)
  })

  test.each([
    ['NotAllowedError', 'denied'],
    ['NotFoundError', 'missing'],
    ['NotReadableError', 'busy'],
    ['OperationError', 'failed'],
  ])('reports %s as %s', async (name, status) => {
    machine.getUserMedia.mockRejectedValue(new DOMException('no', name))
    await using hook = await renderMedia({ camera: true })
    expect(hook.value().camera).toMatchObject({ status, track: null, error: { name } })
  })

  test('reports `unsupported` where there is no media at all', async () => {
    vi.stubGlobal('navigator', {})
    await using hook = await renderMedia({ camera: true })
    expect(hook.value().camera).toMatchObject({ status: 'unsupported', permission: 'unknown', devices: [] })
  })

  test('forgets a refusal once the person allows it in the settings', async () => {
    machine.getUserMedia.mockRejectedValueOnce(new DOMException('no', 'NotAllowedError'))
    await using hook = await renderMedia({ camera: true })
    await machine.permit('camera', 'denied')
    expect(hook.value().camera).toMatchObject({ status: 'denied', permission: 'denied' })
    await machine.permit('camera', 'granted')
    expect(hook.value().camera).toMatchObject({ status: 'off', permission: 'granted', error: null })
  })

  test('lists devices again when one is plugged in, and notices one that is pulled out', async () => {
    await using hook = await renderMedia({ camera: true })
    machine.list.push({ kind: 'videoinput', deviceId: 'cam-2', label: 'USB' })
    await act(async () => void machine.mediaDevices.dispatchEvent(new Event('devicechange')))
    expect(hook.value().camera.devices).toHaveLength(2)
    await act(async () => void machine.opened[0]?.dispatchEvent(new Event('ended')))
    expect(hook.value().camera).toMatchObject({ status: 'missing', track: null })
  })

  test('changes over to a chosen device, and knows it next time', async () => {
    await using hook = await renderMedia({ camera: true })
    await act(() => hook.value().camera.select('cam-2'))
    expect(machine.opened.map(isLive)).toEqual([false, true])
    expect(machine.getUserMedia).toHaveBeenLastCalledWith({
      video: expect.objectContaining({ deviceId: { exact: 'cam-2' } }) as object,
    })
    await using next = await renderMedia()
    expect(next.value().camera.deviceId).toBe('cam-2')
  })

  test('falls back to any device when the chosen one is not there today', async () => {
    localStorage.setItem('roomkey.microphone', 'gone')
    machine.getUserMedia.mockRejectedValueOnce(new DOMException('gone', 'OverconstrainedError'))
    await using hook = await renderMedia({ microphone: true })
    expect(hook.value().microphone).toMatchObject({ status: 'on', deviceId: 'gone' })
    expect(machine.getUserMedia).toHaveBeenLastCalledWith({ audio: {} })
  })

  test("shares the screen until it is stopped here or in the browser's own bar", async () => {
    await using hook = await renderMedia()
    await act(() => hook.value().screen.start())
    expect(hook.value().screen).toMatchObject({ status: 'on', track: machine.opened[0] })
    expect(hook.value().tracks).toEqual(machine.opened)
    await act(async () => void machine.opened[0]?.dispatchEvent(new Event('ended')))
    expect(hook.value().screen).toMatchObject({ status: 'off', track: null })
    machine.getDisplayMedia.mockRejectedValueOnce(new DOMException('closed the picker', 'NotAllowedError'))
    await act(() => hook.value().screen.start())
    expect(hook.value().screen.status).toBe('off')
    machine.getDisplayMedia.mockRejectedValueOnce(new DOMException('Permission denied by system', 'NotAllowedError'))
    await act(() => hook.value().screen.start())
    expect(hook.value().screen.status).toBe('denied')
  })

  test('turns everything off at once', async () => {
    await using hook = await renderMedia({ camera: true, microphone: true })
    await act(() => hook.value().screen.start())
    await act(async () => hook.value().stop())
    expect(machine.opened.filter(isLive)).toEqual([])
    expect(hook.value().tracks).toEqual([])
  })
})
