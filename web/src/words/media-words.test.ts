import { expect, test } from 'vitest'
import { wordsOfDevice } from './media-words.ts'

const FAULTS = ['denied', 'missing', 'busy', 'unsupported', 'failed'] as const

test('every fault of a device has a title that names it and says what to do', () => {
  for (const status of FAULTS) {
    for (const subject of ['camera', 'microphone', 'camera and microphone'] as const) {
      const words = wordsOfDevice(subject, status)
      expect(words?.title, status).toContain(subject)
      expect(words?.text, status).toMatch(/\.$/)
    }
  }
})

test('a device that is well is not spoken of', () => {
  for (const status of ['off', 'starting', 'on'] as const) expect(wordsOfDevice('camera', status)).toBeNull()
})
