import { isRecording, type DisconnectReason, type Participant, type Room, type Track } from '../state/index.ts'
import type { MediaMember, MediaRoom } from './media/media-room.ts'
import { formatParticipantView } from './participant-view.ts'
import { createSharedUpdate, type SharedUpdate } from './server-message.ts'

/** A client of the room, as the room sees it. */
export type RoomMember = MediaMember & {
  readonly id: string
  /** Whether the client has no connection at present. */
  readonly isAway: boolean
  /**
   * Sends what has gathered for this client.
   * @param shared what is the same for everyone in the room
   */
  flush(shared: SharedUpdate | null, subscriptionsChanged: boolean): void
  /** Ends the session, with a message that says why. */
  end(reason: DisconnectReason): void
}

type View = { revision: number; json: string; isVisible: boolean }

/**
 * The clients of one room, and the updates for them. Changes gather until the end of the turn of the event loop,
 * so that many joins at once make one message for each client; what is the same for all is written once.
 */
export class RoomSignaling {
  readonly room: Room
  readonly media: MediaRoom
  /** By participant SID. Bots have none. */
  readonly sessions = new Map<string, RoomMember>()
  /** The clients' own ids of their tracks, by track SID. */
  readonly trackIds: Map<string, string>
  readonly #views = new Map<string, View>()
  #recording: { revision: number; isRecording: boolean }

  #newViews = new Map<string, string>()
  #recordingChanged = false
  #subscriptionsChanged = false
  #touched = new Set<RoomMember>()
  #flushing: NodeJS.Immediate | null = null

  constructor(room: Room, trackIds: Map<string, string>, media: MediaRoom) {
    this.room = room
    this.trackIds = trackIds
    this.media = media
    this.#recording = { revision: 1, isRecording: isRecording(room) }
    for (const participant of room.connected.values()) this.#updateView(participant)
  }

  /** The entries of everyone else who is inside. */
  formatOthers(participant: Participant): string {
    const others: string[] = []
    for (const [sid, { json, isVisible }] of this.#views) if (isVisible && sid !== participant.sid) others.push(json)
    return others.join(',')
  }

  formatRecording(): string {
    const { revision, isRecording } = this.#recording
    return JSON.stringify({ revision, enabled: true, is_recording: isRecording })
  }

  /** A participant has come in, or something about them or their tracks is different. */
  participantChanged(participant: Participant): void {
    // In the meantime they may have left, and that is the last that is said of them.
    if (participant.status === 'disconnected') return
    const wasVisible = this.#isVisible(participant)
    const { json, isVisible } = this.#updateView(participant)
    if (isVisible || wasVisible) this.#queueView(participant.sid, json)
  }

  participantLeft(participant: Participant, tracks: readonly Track[], reason: DisconnectReason): void {
    const session = this.sessions.get(participant.sid)
    if (session) {
      session.end(reason)
      this.sessions.delete(participant.sid)
      this.#touched.delete(session)
      this.media.leave(session)
    }
    for (const { sid } of tracks) this.trackIds.delete(sid)
    const wasVisible = this.#isVisible(participant)
    const { json } = this.#updateView(participant, tracks)
    this.#views.delete(participant.sid)
    if (wasVisible) this.#queueView(participant.sid, json)
    this.subscriptionsChanged()
  }

  recordingChanged(isRecording: boolean): void {
    // Each state is news, even one that lasts no longer than this turn.
    if (this.#recordingChanged) this.#flush()
    this.#recording = { revision: this.#recording.revision + 1, isRecording }
    this.#recordingChanged = true
    this.#schedule()
  }

  /** The subscriptions of at least one participant may have changed. */
  subscriptionsChanged(): void {
    this.#subscriptionsChanged = true
    this.#schedule()
  }

  /** Something waits for this client alone. */
  touch(session: RoomMember): void {
    this.#touched.add(session)
    this.#schedule()
  }

  /** The room is no more. */
  close(): void {
    this.media.close()
    if (this.#flushing) clearImmediate(this.#flushing)
  }

  #updateView(participant: Participant, tracks?: readonly Track[]): View {
    const revision = (this.#views.get(participant.sid)?.revision ?? 0) + 1
    // In a large room those who publish nothing are not seen at all; to others they come and go with their tracks.
    const isVisible = !this.room.settings.largeRoom || participant.tracks.size > 0
    const state = isVisible ? participant.status : 'disconnected'
    const view = { revision, json: formatParticipantView(participant, revision, tracks, state), isVisible }
    this.#views.set(participant.sid, view)
    return view
  }

  /** Whether others see the participant now. */
  #isVisible(participant: Participant): boolean {
    return this.#views.get(participant.sid)?.isVisible ?? false
  }

  #queueView(participantSid: string, json: string): void {
    // Two changes of one participant are two events for those who watch: the first must not be lost in the second.
    if (this.#newViews.has(participantSid)) this.#flush()
    this.#newViews.set(participantSid, json)
    this.#schedule()
  }

  #schedule(): void {
    this.#flushing ??= setImmediate(() => this.#flush())
  }

  #flush(): void {
    if (this.#flushing) clearImmediate(this.#flushing)
    this.#flushing = null
    const parts: string[] = []
    if (this.#newViews.size > 0) parts.push(`"participants":[${[...this.#newViews.values()].join(',')}]`)
    if (this.#recordingChanged) parts.push(`"recording":${this.formatRecording()}`)
    const shared = parts.length > 0 ? createSharedUpdate(parts) : null
    // A client ignores its own entry, so an update with nothing else is not sent to it.
    const [subject] = this.#newViews.keys()
    const uninterested = parts.length === 1 && this.#newViews.size === 1 ? subject : undefined
    const subscriptionsChanged = this.#subscriptionsChanged
    const receivers = shared !== null || subscriptionsChanged ? this.sessions.values() : this.#touched

    this.#newViews = new Map()
    this.#recordingChanged = this.#subscriptionsChanged = false
    this.#touched = new Set()
    for (const session of receivers) {
      session.flush(session.participant.sid === uninterested ? null : shared, subscriptionsChanged)
    }
    if (subscriptionsChanged) this.media.update()
  }
}
