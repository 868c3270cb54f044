import type { DeviceStatus } from '@roomkey/client/react'
import type { UserMessage } from './user-message.ts'

/** What a message is about: one device, or both when they have the same problem. */
export type DeviceSubject = 'camera' | 'microphone' | 'camera and microphone'

/** What is wrong with camera or microphone, and how to put it right; `null` when nothing is. */
export function deviceMessage(subject: DeviceSubject, status: DeviceStatus): UserMessage | null {
  return MESSAGES[status]?.(subject, subject === 'camera and microphone') ?? null
}

/** Why a screen is not shared; `null` when nothing is wrong. */
export function screenMessage(status: DeviceStatus): UserMessage | null {
  return SCREEN_MESSAGES[status]
}

const SCREEN_NOT_SHARED: UserMessage = {
  title: 'Your screen could not be shared',
  text: 'Try again, or share a window or a tab instead.',
}

const SCREEN_MESSAGES: Record<DeviceStatus, UserMessage | null> = {
  off: null,
  starting: null,
  on: null,
  denied: {
    title: 'Your system does not let the browser share the screen',
    text: 'Allow it in your system’s privacy settings, under screen recording, and restart the browser.',
  },
  missing: SCREEN_NOT_SHARED,
  busy: SCREEN_NOT_SHARED,
  unsupported: {
    title: 'This browser can’t share a screen here',
    text: 'Use a browser on a computer, and open this page by https:// or on the machine it runs on.',
  },
  failed: SCREEN_NOT_SHARED,
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
