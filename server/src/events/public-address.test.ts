import { expect, test } from 'vitest'
import { isPublicAddress, lookupPublic, requirePublicAddress } from './public-address.ts'

test.each([
  '127.0.0.1',
  '10.1.2.3',
  '172.16.0.1',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '::1',
  '::',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '::ffff:127.0.0.1',
  '::ffff:10.0.0.1',
  '64:ff9b::7f00:1',
  '2002:7f00:1::',
  '::7f00:1',
  '::127.0.0.1',
  '4000::1',
  'localhost',
  '',
])('%j is not on the public internet', (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each(['93.184.216.34', '2606:2800:220:1:248:1893:25c8:1946', '::ffff:93.184.216.34'])('%s is', (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test('a name that leads to this machine is not connected to', async () => {
  for (const all of [true, false]) {
    const { promise, resolve } = Promise.withResolvers<Error | null>()
    lookupPublic('localhost', { all }, (error) => resolve(error))
    expect(await promise).toMatchObject({ name: 'PrivateAddressError' })
  }
})

test.each([
  'https://127.1/',
  'https://0x7f000001/',
  'https://[::1]/',
  'https://[::ffff:7f00:1]/',
  'https://2130706433/',
])('an address is known for what it is in %s', (url) => {
  expect(() => requirePublicAddress(new URL(url).hostname)).toThrow('private address')
})
