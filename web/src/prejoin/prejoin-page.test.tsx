// @vitest-environment happy-dom
import { RoomkeyError } from '@roomkey/client'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { ADA, ANONYMOUS, createPresence, createRoom, failWith, type FakeServer } from '../../test/fake-server.ts'
import { render, type RenderOptions } from '../../test/render.tsx'
import { PrejoinPage } from './prejoin-page.tsx'

type Props = Parameters<typeof PrejoinPage>[0]

async function renderPage(props: Partial<Props> = {}, options: RenderOptions = {}) {
  const onJoin = vi.fn()
  const page = await render(<PrejoinPage room="Design" invite={null} knownAs={null} {...props} onJoin={onJoin} />, {
    ...options,
    handlers: { 'rooms.get': () => createRoom('Design'), ...options.handlers },
  })
  return { page, onJoin, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

const inside = (...names: string[]) => ({
  'rooms.presence': ({ sid }: { sid: string }) => createPresence(sid, names),
})

describe('before joining', () => {
  test('one sees the room and who is inside', async () => {
    await using prejoin = await renderPage({}, { handlers: inside('Grace', 'guest:Mary:1') })
    expect(prejoin.page.has('heading', 'Design')).toBe(true)
    expect(document.title).toBe('Design · Roomkey')
    expect(prejoin.page.text()).toContain('Grace and Mary are inside')
  })

  test('one needs a name', async () => {
    await using prejoin = await renderPage()
    await prejoin.page.click('button', 'Join now')
    expect(prejoin.onJoin).not.toHaveBeenCalled()
    expect(document.activeElement).toBe(prejoin.page.field('Your name'))
    await prejoin.page.type('Your name', 'Ada')
    await prejoin.page.press('Enter', prejoin.page.field('Your name'))
    expect(prejoin.onJoin).toHaveBeenCalledTimes(1)
  })

  test('one is warned of a name that is inside, whose place one would take', async () => {
    await using prejoin = await renderPage({}, { handlers: inside('Grace'), kept: { 'roomkey.name': 'Ada' } })
    expect(prejoin.page.text()).not.toContain('is inside already')
    await prejoin.page.type('Your name', ' Grace ')
    expect(prejoin.page.text()).toContain('Grace is inside already.')
  })

  test('a signed-in user is asked for no name', async () => {
    await using prejoin = await renderPage({ knownAs: 'ada@example.com' })
    expect(prejoin.page.text()).toContain('You enter as ada@example.com.')
    await prejoin.page.click('button', 'Join now')
    expect(prejoin.onJoin).toHaveBeenCalledTimes(1)
  })
})

describe('a room that is not there', () => {
  test('can be opened, and then joined', async () => {
    await using prejoin = await renderPage({}, { handlers: { 'rooms.get': failWith('ROOM_NOT_FOUND') } })
    const { page } = prejoin
    expect(page.text()).toContain('No such room')
    expect(page.get('button', 'Join now')).toMatchObject({ disabled: true })
    page.server.handlers['rooms.create'] = () => createRoom('Design')
    page.server.handlers['rooms.get'] = () => createRoom('Design')
    await page.click('button', 'Open this room')
    expect(page.server.inputsOf('rooms.create')).toEqual([{ roomName: 'Design', access: 'signed-in' }])
    expect(page.text()).not.toContain('No such room')
    expect(page.get('button', 'Join now')).toMatchObject({ disabled: false })
  })

  test('has ended, if it was there before', async () => {
    await using prejoin = await renderPage(
      {},
      { handlers: { 'rooms.get': () => createRoom('D', { status: 'completed' }) } },
    )
    expect(prejoin.page.has('heading', 'This room has ended')).toBe(true)
    await prejoin.page.click('button', 'Go to the lobby')
    expect(location.pathname).toBe('/')
  })
})

test('a failure is shown, and looked into again at a press', async () => {
  await using prejoin = await renderPage({}, { handlers: { 'rooms.get': failWith('TWILIO_FAILED') } })
  expect(prejoin.page.has('alert', /The video service has trouble/)).toBe(true)
  prejoin.page.server.handlers['rooms.get'] = () => createRoom('Design')
  await prejoin.page.click('button', 'Try again')
  expect(prejoin.page.has('alert', /trouble/)).toBe(false)
})

test('who has to sign in can do so here', async () => {
  const refuse = failWith('UNAUTHENTICATED', { status: 401 })
  await using prejoin = await renderPage(
    {},
    { handlers: { 'rooms.get': refuse, 'auth.whoami': refuse }, kept: { 'roomkey.name': 'Ada' } },
  )
  await prejoin.page.click('button', 'Sign in', 'main')
  await prejoin.page.type('Token or invitation link', 'a.b.c')
  await prejoin.page.press('Enter', prejoin.page.field('Token or invitation link'))
  expect(prejoin.page.text()).toContain('The server does not accept this.')
  expect(prejoin.onJoin, 'what is submitted is not the form around').not.toHaveBeenCalled()
})

describe('a room that cannot be opened', () => {
  const missing = { 'rooms.get': failWith('ROOM_NOT_FOUND') }

  test('because one may not, is not offered to be', async () => {
    const whoami = { ...ADA, may: [] }
    await using prejoin = await renderPage({}, { handlers: { ...missing, 'auth.whoami': () => whoami } })
    expect(prejoin.page.text()).toContain('No such room')
    expect(prejoin.page.text()).not.toContain('open it yourself')
    expect(prejoin.page.has('button', 'Open this room')).toBe(false)
  })

  test('because a SID is no name, is not offered to be, and the SID is no heading', async () => {
    const sid = 'RM0123456789abcdef0123456789abcdef'
    await using prejoin = await renderPage({ room: sid }, { handlers: missing })
    expect(prejoin.page.has('button', 'Open this room')).toBe(false)
    expect(prejoin.page.text()).not.toContain(sid)
  })

  test('because it is open for others, says so', async () => {
    await using prejoin = await renderPage(
      {},
      { handlers: { ...missing, 'rooms.create': failWith('ROOM_NAME_TAKEN') } },
    )
    await prejoin.page.click('button', 'Open this room')
    expect(prejoin.page.text()).toContain('This room is for invited people')
    expect(prejoin.page.text()).not.toContain('No such room')
  })

  test('for another reason, says that', async () => {
    await using prejoin = await renderPage({}, { handlers: { ...missing, 'rooms.create': failWith('TWILIO_FAILED') } })
    await prejoin.page.click('button', 'Open this room')
    expect(prejoin.page.has('alert', /The video service has trouble/)).toBe(true)
  })
})

describe('what one should know before joining', () => {
  test('a recorded room says so', async () => {
    const room = createRoom('Design', { recordParticipantsOnConnect: true })
    await using prejoin = await renderPage({}, { handlers: { 'rooms.get': () => room } })
    expect(prejoin.page.text()).toContain('This room is recorded')
  })

  test('a full room says so, and opens up when someone leaves or when one is inside oneself', async () => {
    const room = createRoom('Design', { maxParticipants: 2 })
    const handlers = { 'rooms.get': () => room, ...inside('Grace', 'Mary') }
    await using prejoin = await renderPage({}, { handlers, kept: { 'roomkey.name': 'Ada' } })
    const button = () => prejoin.page.get('button', 'Join now')
    expect(prejoin.page.text()).toContain('The room is full')
    expect(button()).toMatchObject({ disabled: true })
    await prejoin.page.type('Your name', 'Grace')
    expect(button()).toMatchObject({ disabled: false })
    expect(prejoin.page.text()).not.toContain('The room is full')
  })

  test('a room for voices offers no camera', async () => {
    const room = createRoom('Design', { audioOnly: true })
    await using prejoin = await renderPage({}, { handlers: { 'rooms.get': () => room } })
    expect(prejoin.page.text()).toContain('voices only')
    expect(prejoin.page.has('button', /camera/)).toBe(false)
    expect(() => prejoin.page.field('Camera')).toThrow('0 ×')
    await prejoin.page.click('button', 'Turn on microphone')
    expect(prejoin.page.devices.opened.map(({ kind }) => kind)).toEqual(['audio'])
  })
})

test.each([
  ['a room is looked into again and again', null, 'ROOM_NOT_FOUND', 3],
  ['a bad invitation is not tried twice', 'inv_x', 'INVITE_NOT_FOUND', 1],
  ['who has to sign in first is not asked for over and over', null, 'UNAUTHENTICATED', 1],
] as const)('%s', async (_what, invite, code, requests) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await using prejoin = await renderPage({ invite }, { handlers: { 'rooms.get': failWith(code) } })
  for (let count = 0; count < 2; count++) {
    await act(async () => void vi.advanceTimersByTime(4_000))
    await prejoin.page.settle()
  }
  vi.useRealTimers()
  expect(prejoin.page.server.inputsOf('rooms.get')).toHaveLength(requests)
})

describe('an invitation', () => {
  const secret = 'inv_0123456789012345678901234567890123456789012'
  const sid = 'RM0123456789abcdef0123456789abcdef'
  /** Only who shows the invitation sees the room. */
  const invited = (server: () => FakeServer) => ({
    'auth.whoami': () => ANONYMOUS,
    'rooms.get': () => {
      if (server().requests.at(-1)?.authorization !== `Bearer ${secret}`)
        throw new RoomkeyError('UNAUTHENTICATED', 'no')
      return createRoom('Design')
    },
    'rooms.list': () => ({ rooms: [createRoom('Design')], nextCursor: null }),
    ...inside('Grace'),
  })

  test.each([sid, null])('shows the name of the room, and who is inside (%s)', async (room) => {
    let server: FakeServer | undefined
    const handlers = invited(() => server as FakeServer)
    const rendering = renderPage({ room, invite: secret }, { handlers, onServer: (made) => (server = made) })
    await using prejoin = await rendering
    expect(prejoin.page.has('heading', 'Design')).toBe(true)
    expect(prejoin.page.text()).toContain('Grace is inside')
    expect(prejoin.page.text()).not.toContain('Sign in to go on')
  })

  test.each([
    ['that has expired', secret, failWith('INVITE_EXPIRED', { status: 401 }), 'This invitation has expired'],
    ['that was revoked', secret, failWith('INVITE_REVOKED', { status: 401 }), 'This invitation was taken back'],
    ['that is cut off', 'inv_x', failWith('INVITE_NOT_FOUND', { status: 401 }), 'This invitation is not known here'],
    ['that is none', 'käse', () => createRoom('Design'), 'This invitation is not known here'],
  ])('%s is explained before joining', async (_which, invite, get, title) => {
    await using prejoin = await renderPage({ room: sid, invite }, { handlers: { 'rooms.get': get } })
    expect(prejoin.page.text()).toContain(title)
    expect(prejoin.page.has('heading', 'You are invited')).toBe(true)
    // Who was inside before still has the token that it was redeemed for.
    expect(prejoin.page.get('button', 'Join now')).toMatchObject({ disabled: false })
  })
})
