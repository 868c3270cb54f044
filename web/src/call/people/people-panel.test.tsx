// @vitest-environment happy-dom
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { publish, renderInRoom } from '../../../test/call.tsx'
import { ADA, type Handlers } from '../../../test/fake-server.ts'
import { PeoplePanel } from './people-panel.tsx'

function renderPanel(others: string[], options: { speakers?: string[]; handlers?: Handlers } = {}) {
  const actions = { onInvite: vi.fn(), onRemove: vi.fn(), onClose: vi.fn() }
  const rendering = renderInRoom(
    (room, participants) => (
      <PeoplePanel room={room} participants={participants} speakers={new Set(options.speakers)} {...actions} />
    ),
    others,
    options,
  )
  return rendering.then((panel) => ({ ...panel, actions }))
}

const rows = (page: { root: HTMLElement }) =>
  [...page.root.querySelectorAll('.person-text')].map((row) => [...row.children].map(({ textContent }) => textContent))

describe('the list of people', () => {
  test('has oneself first, and marks guests', async () => {
    await using panel = await renderPanel(['Grace', 'guest:Mary:1'])
    expect(rows(panel.page)).toEqual([
      ['Ada', 'you'],
      ['Grace', ''],
      ['Mary', 'guest'],
    ])
  })

  test('shows who speaks, who is muted, and whose camera is on', async () => {
    await using panel = await renderPanel(['Grace'], { speakers: ['PA Grace'] })
    const [grace] = panel.people
    if (grace === undefined) throw new Error('nobody is here')
    const row = () => panel.page.get('listitem', /Grace/).textContent
    expect(row()).toMatch(/Muted.*Camera off/)
    expect(row(), 'who is muted does not speak').not.toContain('speaking')
    publish(grace, 'audio')
    publish(grace, 'video')
    await act(async () => void grace.fake.emit('trackSubscribed'))
    expect(row()).toMatch(/speaking.*Microphone on.*Camera on/)
  })

  test('shows who is reconnecting', async () => {
    await using panel = await renderPanel(['Grace'])
    await act(async () => {
      Object.assign(panel.people[0]?.fake ?? {}, { state: 'reconnecting' })
      panel.people[0]?.fake.emit('reconnecting')
    })
    expect(rows(panel.page)[1]).toEqual(['Grace', 'reconnecting'])
  })
})

describe('what can be done', () => {
  test('removing someone, for those who may', async () => {
    await using panel = await renderPanel(['Grace'])
    await panel.page.click('button', 'Remove Grace')
    expect(panel.actions.onRemove).toHaveBeenCalledExactlyOnceWith(panel.people[0]?.participant)
    expect(panel.page.has('button', 'Remove Ada'), 'nobody removes themselves').toBe(false)
  })

  test('nothing, for those who may not', async () => {
    await using panel = await renderPanel(['Grace'], { handlers: { 'auth.whoami': () => ADA } })
    expect(panel.page.has('button', /^Remove/)).toBe(false)
  })

  test('inviting others, and closing', async () => {
    await using panel = await renderPanel([])
    await panel.page.click('button', 'Invite people')
    await panel.page.click('button', 'Close people')
    expect([panel.actions.onInvite, panel.actions.onClose].map(({ mock }) => mock.calls.length)).toEqual([1, 1])
  })
})
