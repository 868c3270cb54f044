// @vitest-environment happy-dom
import { act } from 'react'
import { describe, expect, test } from 'vitest'
import {
  ADA,
  ANONYMOUS,
  createMove,
  createPresence,
  createRoom,
  failWith,
  type Handlers,
} from '../../test/fake-server.ts'
import { render, type View } from '../../test/render.tsx'
import { wantsToJoinNow } from '../route.ts'
import { LobbyPage } from './lobby-page.tsx'

const kept = { 'roomkey.name': 'Ada' }

describe('the list of rooms', () => {
  test('shows who is inside each, which are full, and which are for the invited', async () => {
    const inside: Record<string, string[]> = { Design: ['Grace', 'guest:Mary:1'], Planning: [], Salon: ['A', 'B', 'C'] }
    const rooms = [
      createRoom('Design', { maxParticipants: 2 }),
      createRoom('Planning', { access: 'invited', host: 'ada' }),
      createRoom('Salon'),
    ]
    await using page = await render(<LobbyPage />, {
      handlers: {
        'rooms.list': () => ({ rooms, nextCursor: null }),
        'rooms.presence': ({ sid: of }) =>
          createPresence(of, inside[rooms.find(({ sid }) => sid === of)?.name ?? ''] ?? []),
      },
    })
    expect(page.text()).toContain('3 rooms')
    expect(page.get('listitem', /Design/).textContent).toContain('Grace and Mary are inside')
    expect(page.get('button', 'Design is full')).toMatchObject({ disabled: true })
    expect(page.get('listitem', /Planning/).textContent).toContain('Nobody is inside yet')
    expect(page.get('listitem', /Planning/).querySelector('h3 svg'), 'a lock').not.toBeNull()
    expect(page.get('listitem', /Salon/).textContent).toContain('A, B and 1 more')
  })

  test('follows who comes and goes', async () => {
    const room = createRoom('Design')
    await using page = await render(<LobbyPage />, {
      handlers: {
        'rooms.list': () => ({ rooms: [room], nextCursor: null }),
        'rooms.presence': ({ sid }) => createPresence(sid, ['Grace']),
      },
    })
    await expect.poll(() => page.text()).toContain('Grace is inside')
    const says = (text: string, ...move: Parameters<typeof createMove>) =>
      expect
        .poll(async () => {
          page.server.say(createMove(...move))
          await page.settle()
          return page.text()
        })
        .toContain(text)
    await says('Grace and Ada are inside', 1, room.sid, 'participant-connected', 'Ada')
    await says('Ada is inside', 2, room.sid, 'participant-disconnected', 'Grace')
  })

  test('asks anew who is inside when what happened meanwhile is no longer kept, and follows on', async () => {
    const room = createRoom('Design')
    let inside = ['Grace']
    await using page = await render(<LobbyPage />, {
      handlers: {
        'rooms.list': () => ({ rooms: [room], nextCursor: null }),
        'rooms.presence': ({ sid }) => createPresence(sid, inside),
      },
    })
    await expect.poll(() => page.text()).toContain('Grace is inside')
    inside = ['Mary']
    const says = (text: string, event: object) =>
      expect
        .poll(async () => {
          page.server.say(event)
          await page.settle()
          return page.text()
        })
        .toContain(text)
    await says('Mary is inside', { type: 'events-pruned', id: '5', roomSid: room.sid })
    await says('Mary and Ada are inside', createMove(6, room.sid, 'participant-connected', 'Ada'))
  })

  test('gives way to the sign-in once the one from before has run out', async () => {
    await using page = await render(<LobbyPage />, {
      handlers: { 'rooms.list': () => ({ rooms: [createRoom('Design')], nextCursor: null }) },
    })
    await expect.poll(() => page.text()).toContain('Design')
    Object.assign(page.server.handlers, {
      'rooms.list': failWith('UNAUTHENTICATED', { status: 401 }),
      'auth.whoami': failWith('UNAUTHENTICATED', { status: 401 }),
    })
    await expect.poll(() => page.text()).toContain('This server asks who you are')
    expect(page.text()).not.toContain('Design')
  })

  describe('that may be out of date', () => {
    const rooms = [createRoom('Design')]
    const handlers: Handlers = {
      'rooms.list': () => ({ rooms, nextCursor: null }),
      'rooms.presence': ({ sid }) => createPresence(sid, ['Grace']),
    }
    const isSaid = (page: View) => page.has('status', /Your connection broke/)
    const turn = (network: 'online' | 'offline') =>
      act(async () => {
        Object.assign(navigator, { onLine: network === 'online' })
        window.dispatchEvent(new Event(network))
      })
    test('says so while the browser is on no network', async () => {
      await using page = await render(<LobbyPage />, { handlers })
      await expect.poll(() => page.text()).toContain('Grace is inside')
      expect(isSaid(page)).toBe(false)
      await turn('offline')
      expect(isSaid(page)).toBe(true)
      expect(page.text()).toContain('Grace is inside')
      await turn('online')
      expect(isSaid(page)).toBe(false)
    })

    test('says so until who is inside is heard of', async () => {
      await using page = await render(<LobbyPage />, {
        handlers: { ...handlers, 'rooms.presence': failWith('OVERLOADED', { status: 503 }) },
      })
      await expect.poll(() => isSaid(page)).toBe(true)
      expect(page.has('alert', /./)).toBe(false)
      page.server.handlers['rooms.presence'] = ({ sid }) => createPresence(sid, ['Grace'])
      await expect.poll(() => page.text()).toContain('Grace is inside')
      expect(isSaid(page)).toBe(false)
    })

    test('says so while what happens cannot be heard, though the list still loads', async () => {
      await using page = await render(<LobbyPage />, { handlers })
      const [room] = rooms
      await expect
        .poll(async () => {
          page.server.say(createMove(1, room?.sid ?? '', 'participant-connected', 'Ada'))
          await page.settle()
          return page.text()
        })
        .toContain('Grace and Ada are inside')
      page.server.hasStreams = false
      page.server.breakStreams()
      await expect.poll(() => isSaid(page)).toBe(true)
      expect(page.text()).toContain('Grace and Ada are inside')
      page.server.hasStreams = true
      await expect.poll(() => isSaid(page)).toBe(false)
    })

    test('says it once, and with what can be done, where the list itself cannot be loaded', async () => {
      await using page = await render(<LobbyPage />, {
        handlers: { ...handlers, 'rooms.list': failWith('TWILIO_FAILED') },
      })
      await turn('offline')
      expect(isSaid(page)).toBe(false)
      expect(page.has('button', 'Try now')).toBe(true)
    })
  })

  /** Forty-five rooms, twenty a page; somebody is in the last of the first page. */
  const many = Array.from({ length: 45 }, (_, index) => createRoom(`Room ${index + 1}`))
  const manyRooms: Handlers = {
    'rooms.list': (input) => {
      const from = Number(input?.cursor ?? 0)
      return { rooms: many.slice(from, from + 20), nextCursor: from + 20 < many.length ? String(from + 20) : null }
    },
    'rooms.presence': ({ sid }) => createPresence(sid, sid === many[19]?.sid ? ['Grace'] : []),
  }
  const names = (page: View) => [...page.root.querySelectorAll('.room-row-name')].map(({ textContent }) => textContent)

  test('goes on past the first page at a press', async () => {
    await using page = await render(<LobbyPage />, { handlers: manyRooms })
    expect(names(page)).toHaveLength(20)
    expect(page.text()).toContain('20 of more')
    await page.click('button', 'Show more rooms')
    await page.click('button', 'Show more rooms')
    expect(new Set(names(page)).size).toBe(45)
    expect(page.text()).toContain('45 rooms')
    expect(page.has('button', 'Show more rooms')).toBe(false)
  })

  test('has the rooms where somebody is first', async () => {
    await using page = await render(<LobbyPage />, { handlers: manyRooms })
    expect(names(page).slice(0, 3)).toEqual(['Room 20', 'Room 1', 'Room 2'])
  })

  test('is searched by name, also in what was not shown yet', async () => {
    await using page = await render(<LobbyPage />, { handlers: manyRooms })
    await page.type('Find a room', 'ROOM 4')
    await page.settle()
    expect(names(page)).toEqual(['Room 4', 'Room 40', 'Room 41', 'Room 42', 'Room 43', 'Room 44', 'Room 45'])
    await page.type('Find a room', 'nowhere')
    await page.settle()
    expect(page.text()).toContain('No open room is called “nowhere”.')
    await page.type('Find a room', '')
    await page.settle()
    expect(names(page)[0]).toBe('Room 20')
  })

  test('is not searched while a glance is enough', async () => {
    const rooms = many.slice(0, 3)
    await using page = await render(<LobbyPage />, { handlers: { 'rooms.list': () => ({ rooms, nextCursor: null }) } })
    expect(() => page.field('Find a room')).toThrow('0 ×')
  })

  test('is replaced by an invitation to open one when there is none', async () => {
    await using page = await render(<LobbyPage />)
    expect(page.text()).toContain('No room is open.')
  })

  test('shows what went wrong, and loads again at a press', async () => {
    await using page = await render(<LobbyPage />, { handlers: { 'rooms.list': failWith('TWILIO_FAILED') } })
    expect(page.get('alert', /The video service has trouble/)).toBeDefined()
    page.server.handlers['rooms.list'] = () => ({ rooms: [createRoom('Design')], nextCursor: null })
    await page.click('button', 'Try now')
    expect(page.has('alert', /trouble/)).toBe(false)
    expect(page.has('button', 'Join Design')).toBe(true)
  })
})

describe('joining from the lobby', () => {
  const handlers = {
    'rooms.list': () => ({ rooms: [createRoom('Design')], nextCursor: null }),
    'rooms.presence': ({ sid }: { sid: string }) => createPresence(sid, ['Grace']),
  }

  test('goes straight into the call', async () => {
    await using page = await render(<LobbyPage />, { handlers, kept })
    await page.click('button', 'Join Design')
    expect([location.pathname, wantsToJoinNow()]).toEqual(['/room/Design', true])
  })

  test('asks for a name first, and keeps it for the next visit', async () => {
    await using page = await render(<LobbyPage />, { handlers })
    await page.click('button', 'Join Design')
    expect(location.pathname).toBe('/')
    expect(page.text()).toContain('Type the name others will see.')
    expect(document.activeElement).toBe(page.field('Your name'))
    await page.type('Your name', 'Ada')
    expect(page.text()).not.toContain('Type the name others will see.')
    expect(localStorage.getItem('roomkey.name')).toBe('Ada')
    await page.click('button', 'Join Design')
    expect(location.pathname).toBe('/room/Design')
  })

  test('stops at the prejoin page under a name that is inside already, for it would push that one out', async () => {
    await using page = await render(<LobbyPage />, { handlers, kept: { 'roomkey.name': 'Grace' } })
    await page.click('button', 'Join Design')
    expect([location.pathname, wantsToJoinNow()]).toEqual(['/room/Design', false])
  })

  test('takes a name or a link typed by hand', async () => {
    await using page = await render(<LobbyPage />, { kept })
    await page.press('Enter', page.field('Join with a name or a link'))
    expect(page.text()).toContain('Type a room’s name, or paste a link to it.')
    await page.type('Join with a name or a link', ' Design review ')
    await page.press('Enter', page.field('Join with a name or a link'))
    expect(location.pathname).toBe('/room/Design%20review')
    await page.type('Join with a name or a link', `${location.origin}/room/Salon#invite=inv_1`)
    await page.press('Enter', page.field('Join with a name or a link'))
    expect(location.pathname + location.hash).toBe('/room/Salon#invite=inv_1')
  })
})

describe('who the server takes one for', () => {
  test('a signed-in user joins as who they are, and is asked for no name', async () => {
    await using page = await render(<LobbyPage />, { handlers: { 'auth.whoami': () => ADA } })
    expect(page.text()).toContain('You enter as ada@example.com.')
    expect(() => page.field('Your name')).toThrow('0 × "Your name"')
  })

  test('who may not open rooms is not offered to', async () => {
    const whoami = { ...ADA, may: ADA.may.filter((action) => action !== 'rooms.create') }
    await using page = await render(<LobbyPage />, { handlers: { 'auth.whoami': () => whoami } })
    expect(() => page.field('Open a room')).toThrow('0 ×')
    expect(page.text()).not.toContain('Open one')
    expect(page.field('Join with a name or a link')).toBeDefined()
  })

  test.each([
    ['nobody', () => ANONYMOUS],
    ['an expired sign-in', failWith('UNAUTHENTICATED', { status: 401 })],
  ])('%s is asked to sign in, and shown no rooms', async (_who, whoami) => {
    await using page = await render(<LobbyPage />, {
      handlers: { 'auth.whoami': whoami, 'rooms.list': failWith('UNAUTHENTICATED', { status: 401 }) },
    })
    expect(page.text()).toContain('This server asks who you are')
    expect(page.has('heading', 'Open now')).toBe(false)
  })
})
