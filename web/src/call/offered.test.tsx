// @vitest-environment happy-dom
import { describe, expect, test, vi } from 'vitest'
import { FakeDataTrack } from '../../../client/test/fake-room.ts'
import { renderInRoom } from '../../test/call.tsx'
import { ADA, createRoom, failWith, OPEN, type Handlers } from '../../test/fake-server.ts'
import type { View } from '../../test/render.tsx'
import { InCall } from './in-call.tsx'

vi.mock('twilio-video', () => ({ connect: () => undefined, LocalDataTrack: FakeDataTrack }))

describe('what is offered', () => {
  type Terms = { host?: string; access?: string; audioOnly?: boolean; me?: string; handlers?: Handlers }

  function renderAs({ host = 'somebody', access = 'signed-in', audioOnly = false, me, handlers }: Terms) {
    return renderInRoom(
      (room) => <InCall room={room} isReconnecting={false} error={null} onLeave={vi.fn()} />,
      ['Grace'],
      {
        me,
        handlers: {
          'auth.whoami': () => ADA,
          'rooms.get': () => createRoom('Design', { host, access, audioOnly }),
          ...handlers,
        },
      },
    )
  }
  const copied = (call: { page: View }) => call.page.devices.clipboard.writeText.mock.calls.flat()

  test('a host ends the room, and removes people', async () => {
    await using call = await renderAs({ host: 'ada@example.com' })
    expect(call.page.has('button', 'End for everyone')).toBe(true)
    await call.page.press('p')
    expect(call.page.has('button', 'Remove Grace')).toBe(true)
  })

  test('others do neither', async () => {
    await using call = await renderAs({})
    expect(call.page.has('button', 'End for everyone')).toBe(false)
    await call.page.press('p')
    expect(call.page.has('button', 'Remove Grace')).toBe(false)
  })

  test('nor does a host whom the policy of the server forbids it', async () => {
    const whoami = { ...ADA, may: [] }
    await using call = await renderAs({ host: 'ada@example.com', handlers: { 'auth.whoami': () => whoami } })
    expect(call.page.has('button', 'End for everyone')).toBe(false)
  })

  test('a guest does neither, not even on an open server', async () => {
    await using call = await renderAs({ me: 'guest:Mary:1', handlers: { 'auth.whoami': () => OPEN } })
    expect(call.page.has('button', 'End for everyone')).toBe(false)
    await call.page.press('p')
    expect(call.page.has('button', 'Remove Grace')).toBe(false)
  })

  test('the host of a room for the invited copies an invitation, for the link admits nobody', async () => {
    await using call = await renderAs({
      host: 'ada@example.com',
      access: 'invited',
      handlers: { 'invites.create': () => ({ invite: 'inv_1' }) as never },
    })
    await call.page.click('button', 'Copy invitation', 'header')
    expect(copied(call)).toEqual([`${location.origin}/room/RM1#invite=inv_1`])
    expect(call.page.text()).toContain('Invitation copied')
  })

  test('an invitation that could not be made is explained', async () => {
    await using call = await renderAs({
      host: 'ada@example.com',
      access: 'invited',
      handlers: { 'invites.create': failWith('RATE_LIMITED') },
    })
    await call.page.press('l')
    expect(copied(call)).toEqual([])
    expect(call.page.text()).toContain('That was a lot at once')
  })

  test('others in a room for the invited have nothing to share', async () => {
    await using call = await renderAs({ access: 'invited' })
    await call.page.press('l')
    await call.page.press('p')
    expect(copied(call)).toEqual([])
    expect(call.page.has('button', /^(Copy|Invite)/)).toBe(false)
  })

  test('in a room for voices there is no camera and no screen, by button or key', async () => {
    await using call = await renderAs({ audioOnly: true })
    await call.page.press('v')
    await call.page.press('s')
    expect(call.page.has('button', /camera|screen/i)).toBe(false)
    expect(call.page.devices.opened).toEqual([])
    await call.page.click('button', 'Microphone')
    expect(() => call.page.field('Camera')).toThrow('0 ×')
    expect(call.page.field('Microphone')).toBeDefined()
  })
})
