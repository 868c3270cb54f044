import type { Message } from '@roomkey/client/react'
import { describe, expect, it } from 'vitest'
import { countUnread, groupMessages } from './chat-log.ts'

const NOON = Date.parse('2026-01-01T12:00:00Z')

function message(id: string, from: string, minutes: number): Message {
  const sentAt = new Date(NOON + minutes * 60_000)
  return { id, text: `text ${id}`, identity: from, participantSid: `PA ${from}`, isMine: from === 'me', sentAt }
}

describe('the chat log', () => {
  it('puts what one person wrote in one go under one name', () => {
    const groups = groupMessages([
      message('1', 'Ada', 0),
      message('2', 'Ada', 1),
      message('3', 'me', 1),
      message('4', 'Ada', 2),
    ])
    expect(groups.map(({ identity, texts }) => [identity, texts.map(({ id }) => id)])).toEqual([
      ['Ada', ['1', '2']],
      ['me', ['3']],
      ['Ada', ['4']],
    ])
  })

  it('names the person anew after a pause, counted from the last message and not from the first', () => {
    const groups = groupMessages([
      message('1', 'Ada', 0),
      message('2', 'Ada', 2),
      message('3', 'Ada', 4),
      message('4', 'Ada', 9),
    ])
    expect(groups.map(({ texts }) => texts.length)).toEqual([3, 1])
  })

  it('keeps two connections of one identity apart', () => {
    const [first, second] = [message('1', 'Ada', 0), { ...message('2', 'Ada', 0), participantSid: 'PA other' }]
    expect(groupMessages([first, second])).toHaveLength(2)
  })

  it('is not confused by a sender whose clock is behind', () => {
    expect(groupMessages([message('1', 'Ada', 0), message('2', 'Ada', -60)])).toHaveLength(1)
  })

  it('counts what others wrote since it was last looked at', () => {
    const messages = [message('1', 'Ada', 0), message('2', 'me', 0), message('3', 'Bo', 0), message('4', 'Ada', 0)]
    expect(countUnread(messages, 0)).toBe(3)
    expect(countUnread(messages, 2)).toBe(2)
    expect(countUnread(messages, 4)).toBe(0)
  })
})
