import { expect, test } from 'vitest'
import { formatBanner } from './banner.ts'

test('says that nothing leaves this machine only where that is so', () => {
  expect(formatBanner('http://127.0.0.1:5000', true)).toContain('nothing leaves this machine')
  const open = formatBanner('http://192.168.1.20:5000', false)
  expect(open).not.toContain('nothing leaves')
  expect(open).toContain('whoever reaches this address can call')
})
