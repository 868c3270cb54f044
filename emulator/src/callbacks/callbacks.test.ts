import { expect, it } from 'vitest'
import { signCallback } from './signature.ts'
import { parseCallbackTarget } from './target.ts'

it('signs as in Twilio’s own example', () => {
  const form = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675310',
    Digits: '1234',
    From: '+14158675310',
    To: '+18005551212',
  }
  const url = 'https://example.com/myapp.php?foo=1&bar=2'
  expect(signCallback('12345', url, form)).toBe('L/OH5YylLD5NRKLltdqwSvS0BnU=')
})

it.each([
  ['https://example.com', 'https://example.com/'],
  ['https://example.com?a=1', 'https://example.com/?a=1'],
  ['https://example.com/a/../b?x=%20#rc=2', 'https://example.com/a/../b?x=%20'],
  ['http://user:pass@example.com:8080/x', 'http://example.com:8080/x'],
  ['http://example.com/é?q=ö x', 'http://example.com/%C3%A9?q=%C3%B6%20x'],
  ['http://[::1]:8080/x', 'http://[::1]:8080/x'],
])('calls %s at %s', (configured, url) => {
  expect(parseCallbackTarget(configured).url).toBe(url)
})

it('is patient as Twilio is, unless the fragment says otherwise', () => {
  expect(parseCallbackTarget('https://example.com/')).toMatchObject({
    basicAuth: null,
    connectTimeoutMs: 5000,
    readTimeoutMs: 15_000,
    totalTimeoutMs: 15_000,
    retries: 1,
    retryOn: new Set(['ct']),
  })
  expect(parseCallbackTarget('https://u:p@example.com/#ct=100&rt=200&tt=300&rc=5&rp=4xx,rt')).toMatchObject({
    basicAuth: 'u:p',
    connectTimeoutMs: 100,
    readTimeoutMs: 200,
    totalTimeoutMs: 300,
    retries: 5,
    retryOn: new Set(['rt', '4xx']),
  })
  expect(parseCallbackTarget('https://example.com/#rp=all&rc=0')).toMatchObject({
    retries: 0,
    retryOn: new Set(['ct', 'rt', '4xx', '5xx']),
  })
  // Out of range is no override.
  expect(parseCallbackTarget('https://example.com/#ct=99&rt=x&tt=15001&rc=6&rp=sometimes')).toMatchObject({
    connectTimeoutMs: 5000,
    readTimeoutMs: 15_000,
    totalTimeoutMs: 15_000,
    retries: 1,
    retryOn: new Set(),
  })
})
