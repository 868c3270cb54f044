import { afterEach, describe, expect, test, vi } from 'vitest'
import { parsePath, parseServerUrl } from './server-url.ts'

afterEach(() => vi.unstubAllGlobals())

const proceduresOf = (url: string | URL) => parseServerUrl(url).procedures

describe('the address of a server', () => {
  test.each([
    ['https://x.example', 'https://x.example/trpc'],
    ['https://x.example/', 'https://x.example/trpc'],
    ['https://x.example/api//', 'https://x.example/api/trpc'],
    ['https://x.example/trpc', 'https://x.example/trpc'],
    ['https://x.example/api/trpc/', 'https://x.example/api/trpc'],
    // A name that only ends in the same letters.
    ['https://x.example/my-trpc', 'https://x.example/my-trpc/trpc'],
  ])('%s has its procedures at %s', (url, procedures) => {
    expect(proceduresOf(url)).toBe(procedures)
    expect(proceduresOf(new URL(url))).toBe(procedures)
  })

  test.each([
    ['/', 'https://page.example/trpc'],
    ['/video', 'https://page.example/video/trpc'],
    ['/video/trpc', 'https://page.example/video/trpc'],
    ['./', 'https://page.example/rooms/trpc'],
    ['../api', 'https://page.example/api/trpc'],
  ])('%s on a page has them at %s', (url, procedures) => {
    vi.stubGlobal('document', { baseURI: 'https://page.example/rooms/lobby?a=1' })
    expect(proceduresOf(url)).toBe(procedures)
    vi.stubGlobal('document', undefined)
    vi.stubGlobal('location', { href: 'https://page.example/rooms/lobby' })
    expect(proceduresOf(url)).toBe(procedures)
  })

  test('stays relative where there is no page, as while one is rendered', () => {
    expect(parseServerUrl('/')).toEqual({ server: '/', procedures: '/trpc' })
    expect(parseServerUrl('/video/')).toEqual({ server: '/video', procedures: '/video/trpc' })
  })

  test.each([
    '',
    'localhost:5000',
    '//x',
    'x.example/api',
    'ftp://x',
    'http://',
    'https://u:pw@x',
    'https://x?a=1',
    '/#y',
  ])('is not "%s"', (url) => {
    expect(() => parseServerUrl(url)).toThrow(TypeError)
    expect(() => parseServerUrl(url)).not.toThrow('pw')
  })
})

test.each([
  [undefined, ''],
  ['video', 'video.'],
  ['team.video', 'team.video.'],
])('the path %s stands before procedures as "%s"', (path, prefix) => expect(parsePath(path)).toBe(prefix))

test.each(['', '.', 'video.', 'a/b', 'a,b', 'a b'])('"%s" is no path of a router', (path) =>
  expect(() => parsePath(path)).toThrow(TypeError),
)
