// @vitest-environment happy-dom
import { expect, test, vi } from 'vitest'
import { ADA, createRoom, failWith, type Handlers } from '../../test/fake-server.ts'
import { render } from '../../test/render.tsx'
import { CreateRoom } from './create-room.tsx'

async function renderForm(create?: Handlers['rooms.create']) {
  const onCreated = vi.fn()
  const page = await render(<CreateRoom onCreated={onCreated} />, {
    handlers: { 'auth.whoami': () => ADA, 'rooms.create': create ?? (() => createRoom('Design')) },
  })
  return { page, onCreated, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

test('a name is enough, and the form is empty again afterwards', async () => {
  await using form = await renderForm()
  await form.page.type('Open a room', '  Design ')
  await form.page.click('button', 'Open')
  expect(form.page.server.inputsOf('rooms.create')).toEqual([
    { roomName: 'Design', maxParticipants: 50, access: 'signed-in' },
  ])
  expect(form.onCreated).toHaveBeenCalledExactlyOnceWith(createRoom('Design'))
  expect(form.page.field('Open a room').value).toBe('')
})

test('a room needs no name', async () => {
  await using form = await renderForm()
  await form.page.press('Enter', form.page.field('Open a room'))
  expect(form.page.server.inputsOf('rooms.create')).toEqual([{ maxParticipants: 50, access: 'signed-in' }])
  expect(form.onCreated).toHaveBeenCalledTimes(1)
})

test('who may enter is not asked where nobody signs in: everyone may', async () => {
  await using page = await render(<CreateRoom onCreated={() => undefined} />)
  expect(page.field('Most people')).toBeDefined()
  expect(() => page.field('Who may enter')).toThrow('0 ×')
  expect(page.text()).not.toContain('signed in')
})

test('the options travel with it', async () => {
  await using form = await renderForm()
  await form.page.type('Most people', '4')
  await form.page.type('Who may enter', 'invited')
  await form.page.press('Enter', form.page.field('Open a room'))
  expect(form.page.server.inputsOf('rooms.create')).toEqual([{ maxParticipants: 4, access: 'invited' }])
})

test.each([
  ['a taken name', failWith('ROOM_NAME_TAKEN'), 'Open a room', /^A room with this name is open already\. Join it/],
  [
    'a name that is not allowed',
    failWith('INVALID_INPUT', { fields: [{ path: 'roomName', message: 'must not look like a room SID' }] }),
    'Open a room',
    /^Must not look like a room SID\.$/,
  ],
  [
    'a number that is not allowed',
    failWith('INVALID_INPUT', { fields: [{ path: 'maxParticipants', message: 'too big' }] }),
    'Most people',
    /^From 1 to 50 people\.$/,
  ],
  ['a failure of something else', failWith('TWILIO_FAILED'), 'Open a room', /^The video service has trouble\. /],
])('%s is explained beside the field, until that changes', async (_what, create, label, message) => {
  await using form = await renderForm(create)
  await form.page.type('Open a room', 'x')
  await form.page.click('button', 'Open')
  const field = form.page.field(label)
  const note = document.getElementById(field.getAttribute('aria-describedby') ?? '')
  expect(note?.textContent).toMatch(message)
  expect(field.getAttribute('aria-invalid')).toBe('true')
  await form.page.type(label, '7')
  expect(form.page.field(label).hasAttribute('aria-invalid')).toBe(false)
  expect(form.onCreated).not.toHaveBeenCalled()
})
