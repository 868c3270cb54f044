// @vitest-environment happy-dom
import type { Message, Messages } from '@roomkey/client/react'
import { act, useState } from 'react'
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
  const Panel = ({ messages }: { messages: Messages }) => {
    const [draft, setDraft] = useState('')
    return <ChatPanel messages={messages} draft={draft} onDraft={setDraft} onClose={() => undefined} />
  }
  const panel = (more: Partial<Messages> = {}) => (
    <Panel messages={{ messages: [], isReady: true, error: null, send, ...changes, ...more }} />
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

  test('has links that open beside the call, and knows them from what only looks like one', async () => {
    const text = 'see https://a.test/x?y=1, (http://b.test/z) and javascript:alert(1) or ftp://c.test'
    await using chat = await renderChat({ messages: [message('1', 'Grace', text)] })
    const links = [...chat.page.root.querySelectorAll('a')]
    expect(links.map(({ href }) => href)).toEqual(['https://a.test/x?y=1', 'http://b.test/z'])
    for (const link of links) expect([link.target, link.rel]).toEqual(['_blank', 'noopener noreferrer'])
    expect(chat.page.root.querySelector('.chat-text')?.textContent).toBe(text)
  })

  describe('when a message comes', () => {
    /** A log of 1,000 pixels in a window of 200, read at `top`. */
    async function renderLog(top: number) {
      const chat = await renderChat({ messages: [message('1', 'Grace')] })
      const log = chat.page.root.querySelector('[role=log]') as HTMLElement
      Object.defineProperties(log, { scrollHeight: { value: 1_000 }, clientHeight: { value: 200 } })
      const scrollTo = vi.fn()
      Object.assign(log, { scrollTo, scrollTop: top })
      await act(async () => void log.dispatchEvent(new Event('scroll')))
      const add = (added: Message) => chat.page.show(chat.panel({ messages: [message('1', 'Grace'), added] }))
      return { ...chat, scrollTo, add }
    }

    test('the end stays in sight for who reads there', async () => {
      await using chat = await renderLog(790)
      await chat.add(message('2', 'Grace'))
      expect(chat.scrollTo).toHaveBeenCalledWith({ top: 1_000 })
      expect(chat.page.has('button', 'New messages')).toBe(false)
    })

    test('who reads further up stays there, and is told', async () => {
      await using chat = await renderLog(300)
      await chat.add(message('2', 'Grace'))
      expect(chat.scrollTo).not.toHaveBeenCalled()
      await chat.page.click('button', 'New messages')
      expect(chat.scrollTo).toHaveBeenCalledWith({ top: 1_000 })
      expect(chat.page.has('button', 'New messages')).toBe(false)
    })

    test('who writes sees it', async () => {
      await using chat = await renderLog(300)
      await chat.add(message('2', 'me'))
      expect(chat.scrollTo).toHaveBeenCalledWith({ top: 1_000 })
    })
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
