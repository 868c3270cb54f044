import { expect, test } from 'vitest'
import { deviceMessage } from './device-messages.ts'

const PROBLEMS = ['denied', 'missing', 'busy', 'unsupported', 'failed'] as const

test('every problem of a device has a title that names it and a text that says what to do', () => {
  for (const status of PROBLEMS) {
    for (const subject of ['camera', 'microphone', 'camera and microphone'] as const) {
      const message = deviceMessage(subject, status)
      expect(message?.title, status).toContain(subject)
      expect(message?.text, status).toMatch(/\.$/)
    }
  }
})

test('a device without a problem has no message', () => {
  for (const status of ['off', 'starting', 'on'] as const) expect(deviceMessage('camera', status)).toBeNull()
})
