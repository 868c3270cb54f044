// @vitest-environment happy-dom
import { act } from 'react'
import type { RemoteParticipant, Room } from 'twilio-video'
import { describe, expect, test, vi } from 'vitest'
import { renderInRoom } from '../../../test/call.tsx'
import { ADA, createParticipant, createRoom, failWith, type Handlers } from '../../../test/fake-server.ts'
import { SHORTCUTS } from '../shortcuts.ts'
import { CallDialog, type DialogName, type SimpleDialogName } from './call-dialog.tsx'

type Options = { handlers?: Handlers; onClose?: () => void }

const renderDialog = (name: SimpleDialogName | 'remove', { handlers = {}, onClose = vi.fn() }: Options = {}) =>
  renderInRoom(
    (room: Room, [participant]: RemoteParticipant[]) => {
      const dialog = (name === 'remove' ? { name, participant } : { name }) as DialogName
      return <CallDialog dialog={dialog} room={room} onClose={onClose} />
    },
    ['guest:Mary:1'],
    { handlers },
  )

describe('ending the call', () => {
  test('ends the room for everyone', async () => {
    await using dialog = await renderDialog('end', { handlers: { 'rooms.complete': () => createRoom('Design') } })
    await dialog.page.click('button', 'End for everyone')
    expect(dialog.page.server.inputsOf('rooms.complete')).toEqual([{ sid: 'RM1' }])
  })

  test('is asked for: the safe choice has the focus, and ends nothing', async () => {
    const onClose = vi.fn()
    await using dialog = await renderDialog('end', { onClose })
    expect(document.activeElement).toBe(dialog.page.get('button', 'Keep it open'))
    await dialog.page.click('button', 'Keep it open')
    expect(onClose).toHaveBeenCalledTimes(1)
    expect(dialog.page.server.inputsOf('rooms.complete')).toEqual([])
  })

  test('explains a failure', async () => {
    await using dialog = await renderDialog('end', { handlers: { 'rooms.complete': failWith('FORBIDDEN') } })
    await dialog.page.click('button', 'End for everyone')
    expect(dialog.page.has('alert', /You are not allowed to do this/)).toBe(true)
  })
})

describe('removing someone', () => {
  const remove = { 'participants.remove': () => createParticipant('guest:Mary:1') }

  test('takes them out once', async () => {
    const onClose = vi.fn()
    await using dialog = await renderDialog('remove', { handlers: remove, onClose })
    expect(dialog.page.has('dialog', 'Remove Mary?')).toBe(true)
    await dialog.page.click('button', 'Remove')
    expect(dialog.page.server.inputsOf('participants.remove')).toEqual([
      { roomSid: 'RM1', participant: 'PA guest:Mary:1', ban: false },
    ])
    expect(onClose).toHaveBeenCalledTimes(1)
  })

  test('keeps them out if that is chosen', async () => {
    await using dialog = await renderDialog('remove', { handlers: remove })
    await act(async () => dialog.page.field('Keep Mary out of this room').click())
    await dialog.page.click('button', 'Remove')
    expect(dialog.page.server.inputsOf('participants.remove')).toMatchObject([{ ban: true }])
  })

  test('stays open when it did not work', async () => {
    const onClose = vi.fn()
    const handlers = { 'participants.remove': failWith('PARTICIPANT_NOT_FOUND') }
    await using dialog = await renderDialog('remove', { handlers, onClose })
    await dialog.page.click('button', 'Remove')
    expect(dialog.page.has('alert', /They have left already/)).toBe(true)
    expect(onClose).not.toHaveBeenCalled()
  })
})

describe('inviting people', () => {
  const invited = { 'invites.create': () => ({ invite: 'inv_1' }) as never }

  test('makes an invitation for the chosen time and number of people', async () => {
    await using dialog = await renderDialog('invite', { handlers: invited })
    await dialog.page.type('How long', '3600')
    await dialog.page.type('How many', '1')
    await dialog.page.click('button', 'Make an invitation link')
    expect(dialog.page.server.inputsOf('invites.create')).toEqual([
      { roomSid: 'RM1', role: 'guest', expiresInSeconds: 3600, maxUses: 1 },
    ])
    expect(dialog.page.field('Invitation link').value).toBe(`${location.origin}/room/RM1#invite=inv_1`)
  })

  test('a link is shown under the terms it was made for only', async () => {
    await using dialog = await renderDialog('invite', { handlers: invited })
    await dialog.page.click('button', 'Make an invitation link')
    await dialog.page.type('How many', '1')
    expect(() => dialog.page.field('Invitation link')).toThrow('0 ×')
    await dialog.page.click('button', 'Make an invitation link')
    expect(dialog.page.server.inputsOf('invites.create')).toMatchObject([{}, { maxUses: 1 }])
  })

  test.each([
    ['signed-in', true],
    ['invited', false],
  ])('shows the link to the room only where it admits people: %s', async (access, isShown) => {
    const details = () => createRoom('Design', { access, host: ADA.identity })
    const handlers = { ...invited, 'auth.whoami': () => ADA, 'rooms.get': details }
    await using dialog = await renderDialog('invite', { handlers })
    expect(dialog.page.text().includes('Link to this room')).toBe(isShown)
    expect(dialog.page.has('button', 'Make an invitation link')).toBe(true)
  })

  test('sets no limit unless one is chosen', async () => {
    await using dialog = await renderDialog('invite', { handlers: invited })
    await dialog.page.click('button', 'Make an invitation link')
    expect(dialog.page.server.inputsOf('invites.create')).toEqual([
      { roomSid: 'RM1', role: 'guest', expiresInSeconds: 86_400 },
    ])
  })

  test('offers no invitation to those who may not make one', async () => {
    await using dialog = await renderDialog('invite', {
      handlers: { 'auth.whoami': () => ({ ...ADA, may: [] }) },
    })
    expect(dialog.page.has('button', 'Make an invitation link')).toBe(false)
  })

  test('explains a failure', async () => {
    await using dialog = await renderDialog('invite', { handlers: { 'invites.create': failWith('RATE_LIMITED') } })
    await dialog.page.click('button', 'Make an invitation link')
    expect(dialog.page.has('alert', /That was a lot at once/)).toBe(true)
  })
})

test('the shortcuts are all listed', async () => {
  await using dialog = await renderDialog('shortcuts')
  const listed = [...dialog.page.root.querySelectorAll('.shortcut')].map(({ textContent }) => textContent)
  expect(listed).toEqual(SHORTCUTS.map(({ shown, description }) => description + shown))
})

test('devices can be changed during the call', async () => {
  const onClose = vi.fn()
  await using dialog = await renderDialog('devices', { onClose })
  expect(dialog.page.field('Camera').textContent).toBe('Built-in')
  await dialog.page.click('button', 'Done')
  expect(onClose).toHaveBeenCalledTimes(1)
})
