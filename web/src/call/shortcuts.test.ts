import { describe, expect, it } from 'vitest'
import { SHORTCUTS, shortcutFor } from './shortcuts.ts'

const press = (key: string, modifiers = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  repeat: false,
  ...modifiers,
})

describe('keyboard shortcuts', () => {
  it('has one key for each, small or capital', () => {
    expect(new Set(SHORTCUTS.map(({ key }) => key)).size).toBe(SHORTCUTS.length)
    expect(shortcutFor(press('m'), false)).toBe('microphone')
    expect(shortcutFor(press('M'), false)).toBe('microphone')
    expect(shortcutFor(press('?'), false)).toBe('help')
  })

  it('leaves letters to whoever types, but lets them close the panel', () => {
    expect(shortcutFor(press('m'), true)).toBeNull()
    expect(shortcutFor(press('Escape'), true)).toBe('close')
  })

  it('leaves the browser its own, and takes a held key once', () => {
    for (const modifier of ['ctrlKey', 'metaKey', 'altKey', 'repeat']) {
      expect(shortcutFor(press('c', { [modifier]: true }), false), modifier).toBeNull()
    }
  })

  it('knows no other keys', () => {
    expect(shortcutFor(press('x'), false)).toBeNull()
    expect(shortcutFor(press('Enter'), false)).toBeNull()
  })
})
