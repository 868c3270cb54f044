import type { Messages } from '@roomkey/client/react'
import { useEffect, useRef, useState, type FormEvent, type KeyboardEvent, type UIEvent } from 'react'
import { displayName } from '../../display-name.ts'
import { Button } from '../../ui/button.tsx'
import { IconButton } from '../../ui/icon-button.tsx'
import { useToast } from '../../ui/toast.tsx'
import { SidePanel } from '../side-panel.tsx'
import { MAX_TEXT_LENGTH, groupMessages, type MessageGroup } from './chat-log.ts'
import { splitLinks } from './split-links.ts'
import './chat-panel.css'

/** How far from the end, in pixels, one still reads at the end. */
const END_ZONE = 40

/** The conversation of this call. It goes from browser to browser and is gone when the call is. */
export function ChatPanel(props: {
  messages: Messages
  /** What is being written, kept while the panel is closed. */
  draft: string
  onDraft: (text: string) => void
  onClose: () => void
}) {
  const { messages, draft, onDraft, onClose } = props
  const groups = groupMessages(messages.messages)
  const log = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const [hasNew, setHasNew] = useState(false)
  const latest = messages.messages.at(-1)

  const showEnd = () => {
    log.current?.scrollTo({ top: log.current.scrollHeight })
    setHasNew(false)
  }
  const onScroll = ({ currentTarget }: UIEvent) => {
    const { scrollHeight, scrollTop, clientHeight } = currentTarget
    isAtEnd.current = scrollHeight - scrollTop - clientHeight <= END_ZONE
    if (isAtEnd.current) setHasNew(false)
  }
  useEffect(() => {
    // Who reads further up is not pulled away.
    if (isAtEnd.current || latest?.isMine === true) showEnd()
    else setHasNew(true)
  }, [latest])

  return (
    <SidePanel title="Chat" onClose={onClose}>
      {/* Focusable, because what scrolls must be within reach of the keyboard. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <div
        ref={log}
        className="chat-log"
        role="log"
        aria-label="Messages"
        aria-live="polite"
        tabIndex={0}
        onScroll={onScroll}
      >
        {groups.length === 0 && (
          <p className="chat-empty">
            Messages go to everyone who is in the room now. They are not kept after the call.
          </p>
        )}
        {groups.map((group) => (
          <Group key={group.key} group={group} />
        ))}
      </div>
      {hasNew && (
        <Button small look="primary" className="chat-new" onClick={showEnd}>
          New messages
        </Button>
      )}
      <ChatForm isReady={messages.isReady} text={draft} onText={onDraft} onSend={messages.send} />
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
          {splitLinks(text).map((part, index) =>
            part.isLink ? (
              // oxlint-disable-next-line react/no-array-index-key -- a text never changes
              <a key={index} href={part.text} target="_blank" rel="noopener noreferrer">
                {part.text}
              </a>
            ) : (
              part.text
            ),
          )}
        </p>
      ))}
    </div>
  )
}

function ChatForm(props: {
  isReady: boolean
  text: string
  onText: (text: string) => void
  onSend: (text: string) => void
}) {
  const { isReady, text, onText, onSend } = props
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
      onText('')
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
        onChange={(event) => onText(event.target.value)}
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
