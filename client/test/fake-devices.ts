import { act } from 'react'
import { vi } from 'vitest'
import { createFakeTrack } from './fake-room.ts'

export type FakeDevices = ReturnType<typeof installFakeDevices>

/** Gives this test's browser a camera, a microphone and a screen, until `vi.unstubAllGlobals()`. */
export function installFakeDevices() {
  const opened: MediaStreamTrack[] = []
  const permissions = new Map<string, EventTarget & { state: PermissionState }>()
  const open = (kind: string) => {
    const track = createFakeTrack(`${kind}-${opened.length}`, kind)
    opened.push(track)
    return { getTracks: () => [track] } as unknown as MediaStream
  }
  const getUserMedia = vi.fn(async (wish: MediaStreamConstraints) => open(wish.video === undefined ? 'audio' : 'video'))
  const getDisplayMedia = vi.fn(async () => open('video'))
  const list: Partial<MediaDeviceInfo>[] = [
    { kind: 'videoinput', deviceId: 'cam-1', label: 'Built-in' },
    { kind: 'audioinput', deviceId: 'mic-1', label: 'Built-in' },
    { kind: 'audiooutput', deviceId: 'out-1', label: 'Speaker' },
  ]
  const enumerateDevices = vi.fn(async () => [...list])
  const mediaDevices = Object.assign(new EventTarget(), { getUserMedia, getDisplayMedia, enumerateDevices })
  const query = async ({ name }: { name: string }) => {
    const status = Object.assign(new EventTarget(), { state: 'prompt' as PermissionState satisfies PermissionState })
    permissions.set(name, status)
    return status
  }
  const clipboard = { writeText: vi.fn<(text: string) => Promise<void>>(async () => undefined) }
  vi.stubGlobal('navigator', { onLine: true, mediaDevices, permissions: { query }, clipboard })

  /** The person allows or refuses a device in the browser's settings. */
  const permit = (name: string, state: PermissionState) =>
    act(async () => {
      const status = permissions.get(name)
      if (status === undefined) throw new Error(`nobody asked for ${name}`)
      status.state = state
      status.dispatchEvent(new Event('change'))
    })
  return { opened, getUserMedia, getDisplayMedia, list, mediaDevices, clipboard, permit }
}
