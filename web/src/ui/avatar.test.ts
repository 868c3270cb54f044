import { expect, test } from 'vitest'
import { hueOf, initialsOf } from './avatar.tsx'

test('initials are whole characters of the first and last word', () => {
  expect(initialsOf('Ada Lovelace')).toBe('AL')
  expect(initialsOf('grace brewster murray hopper')).toBe('GH')
  expect(initialsOf('Beyoncé')).toBe('B')
  expect(initialsOf('élodie')).toBe('É')
  expect(initialsOf('👩‍🚀 Sally')).toBe('👩‍🚀S')
  expect(initialsOf('  ')).toBe('?')
})

test('a name has one colour, and alike names have different ones', () => {
  expect(hueOf('Ada')).toBe(hueOf('Ada'))
  expect(hueOf('Ada')).not.toBe(hueOf('Adb'))
  expect(hueOf('👩‍🚀')).toBeGreaterThanOrEqual(0)
  expect(hueOf('👩‍🚀')).toBeLessThan(360)
})
