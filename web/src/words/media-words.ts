import type { DeviceStatus } from '@roomkey/client/react'
import type { Words } from './error-words.ts'

/** What is the matter with the camera or the microphone, and how to put it right; `null` when nothing is. */
export function wordsOfDevice(device: 'camera' | 'microphone', status: DeviceStatus): Words | null {
  const words = WORDS[status]
  return words === null ? null : words(device)
}

type DeviceWords = (device: 'camera' | 'microphone') => Words

const WORDS: Record<DeviceStatus, DeviceWords | null> = {
  off: null,
  starting: null,
  on: null,
  denied: (device) => ({
    title: `The browser may not use your ${device}`,
    text: `Press the ${device === 'camera' ? 'camera' : 'lock'} symbol beside the address, allow the ${device}, and turn it on again. If it is allowed there, look in your system’s privacy settings.`,
  }),
  missing: (device) => ({
    title: `No ${device} was found`,
    text: `Plug one in, or go on without: others will not ${device === 'camera' ? 'see' : 'hear'} you.`,
  }),
  busy: (device) => ({
    title: `Your ${device} is in use`,
    text: 'Another program holds it. Close that program and turn it on again.',
  }),
  unsupported: (device) => ({
    title: `The ${device} can’t be used here`,
    text: 'Browsers allow it on secure pages only. Open this page by https:// or on the machine it runs on.',
  }),
  failed: (device) => ({
    title: `Your ${device} did not start`,
    text: 'Turn it on again. If that does not help, plug it in anew or restart the browser.',
  }),
}
