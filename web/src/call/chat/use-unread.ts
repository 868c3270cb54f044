import { type Message } from '@roomkey/client/react'
import { useEffect, useRef, useState } from 'react'
import { displayName } from '../../display-name.ts'
import { useToast } from '../../ui/toast.tsx'
import { countUnread } from './chat-log.ts'

const SHOWN_LENGTH = 80

/** How many messages wait to be read. While the chat is closed, a new one is also shown as a toast, until it is opened. */
export function useUnread(messages: readonly Message[], isOpen: boolean): number {
  const [seen, setSeen] = useState(0)
  const announced = useRef(0)
  const hideToasts = useRef<(() => void)[]>([])
  const toast = useToast()

  useEffect(() => {
    if (isOpen) {
      setSeen(messages.length)
      for (const hide of hideToasts.current.splice(0)) hide()
    }
    const last = messages.at(-1)
    // While the chat is closed, nothing is written here.
    if (!isOpen && messages.length > announced.current && last !== undefined) {
      hideToasts.current.push(toast(`${displayName(last.identity).name}: ${shorten(last.text)}`))
    }
    announced.current = messages.length
  }, [messages, isOpen, toast])

  return isOpen ? 0 : countUnread(messages, seen)
}

function shorten(text: string): string {
  return text.length > SHOWN_LENGTH ? `${text.slice(0, SHOWN_LENGTH)}…` : text
}
