import type { LocalDataTrack, RemoteDataTrack, RemoteParticipant, Room } from 'twilio-video'
import { loadSdk } from '../../twilio-video.ts'
import { createStore, type Store } from '../store.ts'

/** One message of the chat. */
export type Message = {
  id: string
  text: string
  /** Who wrote it. */
  identity: string
  participantSid: string
  isMine: boolean
  /** When it was sent, by the sender's clock. */
  sentAt: Date
}

/** What was said since this side joined. `isReady`: a message can be sent; `error`: why the channel could not open. */
export type MessagesState = { messages: readonly Message[]; isReady: boolean; error: Error | null }

/** The chat of a room. */
export type MessageChannel = Store<MessagesState> & {
  /** Sends to everyone in the room. @throws Error while not ready */
  send: (text: string) => void
}

// Kept with the room, so that a chat panel may close and open without losing what was said.
const channels = new WeakMap<Room, Map<string, MessageChannel>>()

/** The channel of that name in a room. Opened once: it publishes one data track, on which all messages go out. */
export function openMessageChannel(room: Room, name: string): MessageChannel {
  const ofRoom = channels.get(room) ?? new Map<string, MessageChannel>()
  channels.set(room, ofRoom)
  const channel = ofRoom.get(name) ?? createMessageChannel(room, name)
  ofRoom.set(name, channel)
  return channel
}

function createMessageChannel(room: Room, name: string): MessageChannel {
  let track: LocalDataTrack | null = null
  const nothing: MessagesState = { messages: [], isReady: false, error: null }
  const { state, subscribe, set: setState } = createStore(nothing, { open: () => void open() })

  return {
    state,
    subscribe,
    send(text) {
      if (track === null) throw new Error('the message channel is not open yet, or the call is over')
      const message = { id: createId(), text, sentAt: new Date() }
      track.send(JSON.stringify(message))
      const { identity, sid } = room.localParticipant
      append({ ...message, identity, participantSid: sid, isMine: true })
    },
  }

  async function open() {
    room.on('trackMessage', receive)
    room.once('disconnected', () => {
      track = null
      set({ isReady: false })
    })
    try {
      const { LocalDataTrack: DataTrack } = await loadSdk()
      const opened = new DataTrack({ name })
      await room.localParticipant.publishTrack(opened)
      if (room.state === 'disconnected') return
      track = opened
      set({ isReady: true, error: null })
    } catch (error) {
      set({ error: error as Error })
    }
  }

  function receive(data: string | ArrayBuffer, { name: trackName }: RemoteDataTrack, sender: RemoteParticipant) {
    if (trackName !== name || typeof data !== 'string') return
    append({ ...parseMessage(data), identity: sender.identity, participantSid: sender.sid, isMine: false })
  }

  function append(message: Message) {
    set({ messages: [...state().messages, message] })
  }

  function set(change: Partial<MessagesState>) {
    setState({ ...state(), ...change })
  }
}

/** A message from the wire. Anything that is not ours is a plain text, as other Twilio apps send. */
function parseMessage(data: string): { id: string; text: string; sentAt: Date } {
  try {
    const { id, text, sentAt } = JSON.parse(data) as Record<string, unknown>
    const date = new Date(String(sentAt))
    if (typeof id === 'string' && typeof text === 'string' && !Number.isNaN(date.getTime())) {
      return { id, text, sentAt: date }
    }
  } catch {
    // Not JSON.
  }
  return { id: createId(), text: data, sentAt: new Date() }
}

// `crypto.randomUUID` would be shorter, but is absent on pages without HTTPS.
function createId(): string {
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('')
}
