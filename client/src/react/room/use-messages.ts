import { useCallback, useMemo, useSyncExternalStore } from 'react'
import type { Room } from 'twilio-video'
import { subscribeToNothing } from '../store.ts'
import { openMessageChannel, type Message, type MessagesState } from './message-channel.ts'

export type { Message }

/** The result of `useMessages`. */
export type Messages = MessagesState & {
  /** Sends a text to everyone who is in the room now. @throws Error while `isReady` is `false` */
  send: (text: string) => void
}

/**
 * Chat over a data track: messages go from browser to browser and are kept nowhere, so who joins later sees those
 * that come later. `name` tells channels apart, default `chat`.
 */
export function useMessages(room: Room | null, { name = 'chat' }: { name?: string } = {}): Messages {
  const channel = useMemo(() => (room === null ? null : openMessageChannel(room, name)), [room, name])
  const snapshot = () => channel?.state() ?? NOTHING
  const state = useSyncExternalStore(channel?.subscribe ?? subscribeToNothing, snapshot, snapshot)
  const send = useCallback(
    (text: string) => {
      if (channel === null) throw new Error('there is no room to send a message to')
      channel.send(text)
    },
    [channel],
  )
  return useMemo(() => ({ ...state, send }), [state, send])
}

const NOTHING: MessagesState = { messages: [], isReady: false, error: null }
