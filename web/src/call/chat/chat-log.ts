import type { Message } from '@roomkey/client/react'

/** Messages that one person wrote in one go, shown under one name. */
export type MessageGroup = {
  key: string
  identity: string
  isMine: boolean
  sentAt: Date
  texts: { id: string; text: string }[]
}

/** How long a pause may be for the next message to stand under the same name, in milliseconds. */
const PAUSE_MS = 3 * 60_000

/** Longest text one can send, in UTF-16 units: well under the 16 KiB that any browser's data channel carries. */
export const MAX_TEXT_LENGTH = 2_000

export function groupMessages(messages: readonly Message[]): MessageGroup[] {
  const groups: (MessageGroup & { participantSid: string; lastAt: number })[] = []
  for (const { id, text, identity, participantSid, isMine, sentAt } of messages) {
    const last = groups.at(-1)
    // Senders' clocks differ: a message that claims to be from the past belongs to the same go all the same.
    if (last?.participantSid === participantSid && sentAt.getTime() - last.lastAt < PAUSE_MS) {
      last.texts.push({ id, text })
      last.lastAt = sentAt.getTime()
    } else {
      groups.push({
        key: `${participantSid} ${id}`,
        identity,
        isMine,
        sentAt,
        participantSid,
        lastAt: sentAt.getTime(),
        texts: [{ id, text }],
      })
    }
  }
  return groups
}

/** How many messages of others came after the first `seen`. */
export function countUnread(messages: readonly Message[], seen: number): number {
  return messages.slice(seen).filter(({ isMine }) => !isMine).length
}
