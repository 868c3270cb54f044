import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createHs256 } from './hs256.ts'

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.'
const anySecret = fc.oneof(fc.string({ unit: 'binary', maxLength: 30 }), fc.string({ minLength: 60, maxLength: 200 }))
const anyJwtText = fc
  .array(fc.constantFrom(...BASE64URL.split('')), { maxLength: 8000, size: 'max' })
  .map((all) => all.join(''))

test('HS256 equals the HMAC of node:crypto, for any secret and any run of texts', () => {
  fc.assert(
    fc.property(anySecret, fc.array(anyJwtText, { minLength: 1, maxLength: 4 }), (secret, texts) => {
      const sign = createHs256(secret)
      for (const text of texts) expect(sign(text)).toBe(createHmac('sha256', secret).update(text).digest('base64url'))
    }),
    { numRuns: 60 },
  )
})

// Source: RFC 4231, test case 2.
test('HS256 equals a published vector', () => {
  const hex = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843'
  expect(createHs256('Jefe')('what do ya want for nothing?')).toBe(Buffer.from(hex, 'hex').toString('base64url'))
})
