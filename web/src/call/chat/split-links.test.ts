import fc from 'fast-check'
import { expect, test } from 'vitest'
import { splitLinks } from './split-links.ts'

const linksOf = (text: string) => splitLinks(text).flatMap((part) => (part.isLink ? [part.text] : []))

test.each([
  ['https://a.test', ['https://a.test']],
  ['See https://a.test/b?c=d#e.', ['https://a.test/b?c=d#e']],
  ['(https://a.test/b)', ['https://a.test/b']],
  ['https://a.test/b_(c)', ['https://a.test/b_(c)']],
  ['https://a.test, HTTP://b.test!', ['https://a.test', 'HTTP://b.test']],
  ['https:// and http://?', []],
  ['javascript:alert(1) ftp://a.test www.a.test xhttps://a.test', []],
])('the links of %j are %j', (text, links) => {
  expect(linksOf(text)).toEqual(links)
})

test('no character of a text is lost or added', () => {
  const piece = fc.oneof(fc.string(), fc.webUrl(), fc.constantFrom(' ', '(', ').', 'https://'))
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('')
      expect(
        splitLinks(text)
          .map((part) => part.text)
          .join(''),
      ).toBe(text)
    }),
  )
})
