// @vitest-environment happy-dom
import type { Message, Messages } from '@roomkey/client/react'
import { act } from 'react'
import { describe, expect, test, vi } from 'vitest'
import { render } from '../../../test/render.tsx'
import { MAX_TEXT_LENGTH } from './chat-log.ts'
import { ChatPanel } from './chat-panel.tsx'

const LABEL = 'Message to everyone'

function message(id: string, identity: string, text = `text ${id}`): Message {
  return { id, text, identity, participantSid: `PA ${identity}`, isMine: identity === 'me', sentAt: new Date(0) }
}

async function renderChat(changes: Partial<Messages> = {}) {
  const send = vi.fn<Messages['send']>()
  const panel = (more: Partial<Messages> = {}) => (
    <ChatPanel
      messages={{ messages: [], isReady: true, error: null, send, ...changes, ...more }}
      onClose={() => undefined}
    />
  )
  const page = await render(panel())
  return { page, send, panel, [Symbol.asyncDispose]: page[Symbol.asyncDispose] }
}

describe('the log', () => {
  test('names who wrote, once for what they wrote in one go', async () => {
    const messages = [message('1', 'Grace'), message('2', 'Grace'), message('3', 'me'), message('4', 'guest:Mary:1')]
    await using chat = await renderChat({ messages })
    const groups = [...chat.page.root.querySelectorAll('.chat-group')]
    expect(groups.map((group) => group.querySelector('strong')?.textContent)).toEqual(['Grace', 'You', 'Mary'])
    expect(groups.map((group) => group.querySelectorAll('.chat-text').length)).toEqual([2, 1, 1])
  })

  test('shows markup as it was typed', async () => {
    await using chat = await renderChat({ messages: [message('1', 'Grace', '<b>hi</b>')] })
    expect(chat.page.root.querySelector('.chat-text')?.textContent).toBe('<b>hi</b>')
    expect(chat.page.root.querySelector('b')).toBeNull()
  })

  test('says where messages go while there are none', async () => {
    await using chat = await renderChat()
    expect(chat.page.text()).toContain('They are not kept after the call.')
  })
})

describe('writing', () => {
  test('has the focus, and gives it back', async () => {
    const button = document.body.appendChild(document.createElement('button'))
    button.focus()
    const chat = await renderChat()
    expect(document.activeElement).toBe(chat.page.field(LABEL))
    await chat[Symbol.asyncDispose]()
    expect(document.activeElement).toBe(button)
    button.remove()
  })

  test('Enter sends what was typed, without the space around it', async () => {
    await using chat = await renderChat()
    await chat.page.type(LABEL, '  hello \n')
    await chat.page.press('Enter', chat.page.field(LABEL))
    expect(chat.send).toHaveBeenCalledExactlyOnceWith('hello')
    expect(chat.page.field(LABEL).value).toBe('')
  })

  test('Enter does not send with Shift, nor while an input method composes', async () => {
    await using chat = await renderChat()
    await chat.page.type(LABEL, 'hello')
    for (const how of [{ shiftKey: true }, { isComposing: true }]) {
      await act(async () => {
        const event = new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true })
        for (const [name, value] of Object.entries(how)) Object.defineProperty(event, name, { value })
        chat.page.field(LABEL).dispatchEvent(event)
      })
    }
    expect(chat.send).not.toHaveBeenCalled()
    expect(chat.page.field(LABEL).value).toBe('hello')
  })

  test('nothing is not sent', async () => {
    await using chat = await renderChat()
    await chat.page.type(LABEL, '  ')
    await chat.page.click('button', 'Send')
    expect(chat.send).not.toHaveBeenCalled()
  })

  test('what could not be sent stays, and that is said', async () => {
    await using chat = await renderChat({ isReady: false })
    chat.send.mockImplementation(() => {
      throw new Error('not open yet')
    })
    await chat.page.type(LABEL, 'hello')
    await chat.page.click('button', 'Send')
    expect(chat.page.text()).toContain('The chat is not connected yet.')
    expect(chat.page.field(LABEL).value).toBe('hello')
  })

  test('is limited to what every browser can send', async () => {
    await using chat = await renderChat()
    expect(chat.page.field(LABEL).maxLength).toBe(MAX_TEXT_LENGTH)
  })
})
