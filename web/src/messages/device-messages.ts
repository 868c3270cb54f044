import type { DeviceStatus } from '@roomkey/client/react'
import type { UserMessage } from './error-messages.ts'

/** What a message is about: one device, or both when they have the same problem. */
export type DeviceSubject = 'camera' | 'microphone' | 'camera and microphone'

/** What is wrong with camera or microphone, and how to put it right; `null` when nothing is. */
export function deviceMessage(subject: DeviceSubject, status: DeviceStatus): UserMessage | null {
  return MESSAGES[status]?.(subject, subject === 'camera and microphone') ?? null
}

type DeviceMessage = (subject: DeviceSubject, both: boolean) => UserMessage

const MESSAGES: Record<DeviceStatus, DeviceMessage | null> = {
  off: null,
  starting: null,
  on: null,
  denied: (subject, both) => ({
    title: `The browser may not use your ${subject}`,
    text: `Press the symbol beside the address, allow the ${subject}, and turn ${both ? 'them' : 'it'} on again. If that is allowed there, look in your system’s privacy settings.`,
  }),
  missing: (subject, both) => ({
    title: `No ${subject} ${both ? 'were' : 'was'} found`,
    text: `Plug ${both ? 'them' : 'one'} in, or go on without: others will not ${SENSES[subject]} you.`,
  }),
  busy: (subject, both) => ({
    title: `Your ${subject} ${both ? 'are' : 'is'} in use`,
    text: `Another program holds ${both ? 'them' : 'it'}. Close that program and turn ${both ? 'them' : 'it'} on again.`,
  }),
  unsupported: (subject) => ({
    title: `The ${subject} can’t be used here`,
    text: 'Browsers allow this on secure pages only. Open this page by https:// or on the machine it runs on.',
  }),
  failed: (subject, both) => ({
    title: `Your ${subject} did not start`,
    text: `Turn ${both ? 'them' : 'it'} on again. If that does not help, plug ${both ? 'them' : 'it'} in anew or restart the browser.`,
  }),
}

const SENSES: Record<DeviceSubject, string> = {
  camera: 'see',
  microphone: 'hear',
  'camera and microphone': 'see or hear',
}
