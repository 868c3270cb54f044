// @vitest-environment happy-dom
import { afterEach, describe, expect, it } from 'vitest'
import { formatRoute, parseRoomInput, parseRoute, type Route } from './route.ts'
import { siteUrl } from './site-url.ts'

const ORIGIN = 'https://meet.example'
const at = (path: string) => parseRoute(new URL(path, ORIGIN))

describe('routes', () => {
  it('opens the lobby at the root', () => {
    expect(at('/')).toEqual({ page: 'lobby' })
  })

  it('opens a room by its name, whatever characters it is made of', () => {
    for (const room of ['daily', 'Beyoncé & Söhne', 'a/b?c#d%', '会議 🎉', '...']) {
      const route: Route = { page: 'room', room, invite: null }
      expect(at(formatRoute(route))).toEqual(route)
    }
  })

  it('keeps an invitation in the fragment, which is never sent to the server', () => {
    const path = formatRoute({ page: 'room', room: 'daily', invite: 'inv_secret' })
    const url = new URL(path, ORIGIN)
    expect(url.hash).toBe('#invite=inv_secret')
    expect(url.pathname + url.search).not.toContain('secret')
    expect(parseRoute(url)).toEqual({ page: 'room', room: 'daily', invite: 'inv_secret' })
  })

  it('understands an invitation in the query, and one that alone knows its room', () => {
    expect(at('/room/daily?invite=inv_a')).toEqual({ page: 'room', room: 'daily', invite: 'inv_a' })
    expect(at('/?invite=inv_a')).toEqual({ page: 'room', room: null, invite: 'inv_a' })
    expect(at('/#invite=inv_a')).toEqual({ page: 'room', room: null, invite: 'inv_a' })
  })

  it('knows what it does not have', () => {
    for (const path of ['/rooms', '/room', '/room/', '/room/a/b', '/room/%E0%A4%A']) {
      expect(at(path), path).toEqual({ page: 'not-found' })
    }
  })
})

describe('below a path', () => {
  afterEach(() => document.head.replaceChildren())
  const setBase = (href: string) => {
    document.head.innerHTML = `<base href="${href}">`
  }

  it('has its routes below it, and nothing beside it', () => {
    setBase('/video/')
    expect(siteUrl()).toBe(`${location.origin}/video`)
    for (const route of [
      { page: 'lobby' },
      { page: 'room', room: 'a/b?c#d%', invite: 'inv_secret' },
      { page: 'room', room: null, invite: 'inv_secret' },
    ] satisfies Route[]) {
      expect(formatRoute(route)).toMatch(/^\/video\//)
      expect(at(formatRoute(route))).toEqual(route)
    }
    expect(at('/video')).toEqual({ page: 'lobby' })
    for (const path of ['/', '/room/daily', '/videos/room/daily', '/other/video/']) {
      expect(at(path), path).toEqual({ page: 'not-found' })
    }
  })

  it('takes its links in the field to join, and no others of the same host', () => {
    setBase('/video/')
    expect(parseRoomInput(`${ORIGIN}/video/room/daily`, ORIGIN)).toEqual({ page: 'room', room: 'daily', invite: null })
    expect(parseRoomInput(`${ORIGIN}/room/daily`, ORIGIN)).toMatchObject({ room: `${ORIGIN}/room/daily` })
  })

  it('is nowhere in particular where the page says nothing', () => {
    setBase('/')
    expect([siteUrl(), formatRoute({ page: 'lobby' })]).toEqual([location.origin, '/'])
  })
})

describe('what people type to join', () => {
  it('takes a name, with the spaces around it gone', () => {
    expect(parseRoomInput('  daily stand-up ', ORIGIN)).toEqual({ page: 'room', room: 'daily stand-up', invite: null })
  })

  it('takes a link of this page, with its invitation', () => {
    expect(parseRoomInput(`${ORIGIN}/room/daily#invite=inv_a`, ORIGIN)).toEqual({
      page: 'room',
      room: 'daily',
      invite: 'inv_a',
    })
  })

  it('takes a link of another page for a name: it never leads away', () => {
    expect(parseRoomInput('https://evil.example/room/daily', ORIGIN)).toEqual({
      page: 'room',
      room: 'https://evil.example/room/daily',
      invite: null,
    })
  })

  it('takes nothing for nothing', () => {
    expect(parseRoomInput('   ', ORIGIN)).toBeNull()
  })
})
