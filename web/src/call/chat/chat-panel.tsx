import type { Messages } from '@roomkey/client/react'
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent } from 'react'
import { displayName } from '../../display-name.ts'
import { IconButton } from '../../ui/icon-button.tsx'
import { useToast } from '../../ui/toast.tsx'
import { SidePanel } from '../side-panel.tsx'
import { MAX_TEXT_LENGTH, groupMessages, type MessageGroup } from './chat-log.ts'
import './chat-panel.css'

/** The conversation of this call. It goes from browser to browser and is gone when the call is. */
export function ChatPanel({ messages, onClose }: { messages: Messages; onClose: () => void }) {
  const groups = groupMessages(messages.messages)
  const log = useRef<HTMLDivElement>(null)

  useEffect(() => {
    log.current?.scrollTo({ top: log.current.scrollHeight })
  }, [messages.messages])

  return (
    <SidePanel title="Chat" onClose={onClose}>
      {/* Focusable, because what scrolls must be within reach of the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div ref={log} className="chat-log" role="log" aria-label="Messages" aria-live="polite" tabIndex={0}>
        {groups.length === 0 && (
          <p className="chat-empty">
            Messages go to everyone who is in the room now. They are not kept after the call.
          </p>
        )}
        {groups.map((group) => (
          <Group key={group.key} group={group} />
        ))}
      </div>
      <ChatForm isReady={messages.isReady} onSend={messages.send} />
    </SidePanel>
  )
}

function Group({ group }: { group: MessageGroup }) {
  return (
    <div className={group.isMine ? 'chat-group chat-group-mine' : 'chat-group'}>
      <p className="chat-from">
        <strong>{group.isMine ? 'You' : displayName(group.identity).name}</strong>{' '}
        <time dateTime={group.sentAt.toISOString()}>{group.sentAt.toLocaleTimeString([], { timeStyle: 'short' })}</time>
      </p>
      {group.texts.map(({ id, text }) => (
        <p key={id} className="chat-text">
          {text}
        </p>
      ))}
    </div>
  )
}

function ChatForm({ isReady, onSend }: { isReady: boolean; onSend: (text: string) => void }) {
  const [text, setText] = useState('')
  const input = useRef<HTMLTextAreaElement>(null)
  const toast = useToast()

  useEffect(() => {
    const before = document.activeElement
    input.current?.focus()
    return () => {
      if (before instanceof HTMLElement) before.focus()
    }
  }, [])

  const send = () => {
    const trimmed = text.trim()
    if (trimmed === '') return
    try {
      onSend(trimmed)
      setText('')
    } catch {
      toast('The chat is not connected yet. Try again in a moment.', 'problem')
    }
  }
  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    send()
  }
  const onKeyDown = (event: KeyboardEvent) => {
    // While an input method composes a character, Enter picks that.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    send()
  }

  return (
    <form className="chat-form" onSubmit={onSubmit}>
      <textarea
        ref={input}
        className="input chat-input"
        aria-label="Message to everyone"
        placeholder={isReady ? 'Message to everyone' : 'Connecting the chat …'}
        rows={1}
        maxLength={MAX_TEXT_LENGTH}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <IconButton
        type="submit"
        icon="send"
        label="Send"
        className="chat-send"
        aria-disabled={!isReady || text.trim() === ''}
      />
    </form>
  )
}
