import { expect, test } from 'vitest'
import { displayName } from './display-name.ts'

test('a guest is shown under the name they chose, marked as a guest', () => {
  expect(displayName('guest:Mary:a1b2')).toEqual({ name: 'Mary', guest: true })
  expect(displayName('guest:Ada: Countess:a1b2')).toEqual({ name: 'Ada: Countess', guest: true })
})

test('everyone else is shown as they are', () => {
  for (const identity of ['Ada', 'guest', 'guest:', 'ada@example.com', 'a:b:c']) {
    expect(displayName(identity)).toEqual({ name: identity, guest: false })
  }
})
