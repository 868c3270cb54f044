import { expect, test } from 'vitest'
import { peopleMessage } from './people-message.ts'

test.each([
  [[], 'Nobody is inside yet'],
  [['Ada'], 'Ada is inside'],
  [['Ada', 'Grace'], 'Ada and Grace are inside'],
  [['Ada', 'Grace', 'Mary'], 'Ada, Grace and 1 more'],
  [['Ada', 'Grace', 'Mary', 'Joan', 'Hedy'], 'Ada, Grace and 3 more'],
])('%j are told as "%s"', (names, message) => {
  expect(peopleMessage(names)).toBe(message)
})
