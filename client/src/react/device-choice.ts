import type { DeviceKind } from './local-device.ts'

/** The device chosen last time on this machine; `null` when none was, or the browser keeps nothing. */
export function chosenDevice(kind: DeviceKind): string | null {
  try {
    return localStorage.getItem(keyOf(kind))
  } catch {
    return null
  }
}

export function chooseDevice(kind: DeviceKind, deviceId: string | null): void {
  try {
    if (deviceId === null) localStorage.removeItem(keyOf(kind))
    else localStorage.setItem(keyOf(kind), deviceId)
  } catch {
    // Storage is full or forbidden (private windows): the choice then lasts as long as the page.
  }
}

function keyOf(kind: DeviceKind): string {
  return `roomkey.${kind}`
}
