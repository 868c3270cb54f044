import { expect, test } from 'vitest'
import { formatBanner } from './banner.ts'

test('says that nothing leaves this machine only where that is so', () => {
  expect(formatBanner('http://127.0.0.1:5000', { isLocal: true, isOpen: true })).toContain(
    'nothing leaves this machine',
  )
  const open = formatBanner('http://192.168.1.20:5000', { isLocal: false, isOpen: true })
  expect(open).not.toContain('nothing leaves')
  expect(open).toContain('whoever reaches this address can call')
})

test('says that everybody can call only where nobody is asked who they are, and shows elsewhere how to say it', () => {
  const calls = (banner: string) => banner.split('\n').filter((line) => line.includes('curl'))
  const guarded = formatBanner('http://192.168.1.20:5000', { isLocal: false, isOpen: false })
  expect(guarded).not.toContain('whoever')
  for (const call of calls(guarded)) expect(call).toContain('authorization: Bearer')
  const open = formatBanner('http://127.0.0.1:5000', { isLocal: true, isOpen: true })
  for (const call of calls(open)) expect(call).not.toContain('authorization')
})
