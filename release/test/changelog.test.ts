import { expect, test } from 'vitest'
import { findNotes, releaseNotes } from '../changelog.ts'

const CHANGELOG = `# Changelog

## Unreleased

- **Server**: faster.

## 0.1.0 (2026-11-01)

First release.
`

test('a version has its own notes, and one to come those of what is unreleased', () => {
  expect(findNotes(CHANGELOG, '0.1.0')).toEqual({ title: '0.1.0 (2026-11-01)', text: 'First release.' })
  expect(findNotes(CHANGELOG, '0.2.0')).toEqual({ title: 'Unreleased', text: '- **Server**: faster.' })
  expect(findNotes('# Changelog\n', '0.2.0')).toBeUndefined()
})

test('a release takes over what was unreleased', () => {
  const released = releaseNotes(CHANGELOG, '0.2.0', '2026-12-24')
  expect(findNotes(released, '0.2.0')).toEqual({ title: '0.2.0 (2026-12-24)', text: '- **Server**: faster.' })
  expect(findNotes(released, '0.3.0')).toEqual({ title: 'Unreleased', text: 'Nothing yet.' })
  expect(findNotes(released, '0.1.0')?.text).toBe('First release.')
  expect(() => releaseNotes('# Changelog\n', '0.2.0', '2026-12-24')).toThrow('has no section "Unreleased"')
})
