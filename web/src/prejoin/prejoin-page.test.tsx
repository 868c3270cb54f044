// @vitest-environment happy-dom
import { describe, expect, test, vi } from 'vitest'
import { createParticipant, createRoom, failWith } from '../../test/fake-server.ts'
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
  'participants.list': () => ({ participants: names.map(createParticipant), nextCursor: null }),
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

test('an invitation may lead to a room that one cannot see yet', async () => {
  await using prejoin = await renderPage(
    { room: null, invite: 'inv_1' },
    { handlers: { 'rooms.get': failWith('FORBIDDEN') }, kept: { 'roomkey.name': 'Mary' } },
  )
  expect(prejoin.page.has('heading', 'You are invited')).toBe(true)
  await prejoin.page.click('button', 'Join now')
  expect(prejoin.onJoin).toHaveBeenCalledTimes(1)
})
