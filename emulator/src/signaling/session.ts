import { randomBytes } from 'node:crypto'
import type { Timer } from '../clock.ts'
import { subscribedTracks, type DisconnectReason, type Participant, type State, type Track } from '../state/index.ts'
import type { Connection } from './socket/connection.ts'
import type { ChannelGrants, MediaMember } from './media/media-room.ts'
import type { ClientPeerConnection, ConnectMessage, PeerConnectionState } from './message.ts'
import { Publications } from './publications.ts'
import type { RoomMember, RoomSignaling } from './room.ts'
import { formatDisconnect, formatUpdate, type SharedUpdate } from './server-message.ts'
import type { BandwidthProfile } from './media/video-selection.ts'

/**
 * A client's session in a room. It outlives the socket: a client that lost its connection resumes the session on
 * another one.
 */
export class Session implements RoomMember {
  /** What the client shows to resume the session; it cannot be guessed. */
  readonly id = randomBytes(24).toString('base64url')
  readonly participant: Participant
  readonly room: RoomSignaling
  readonly publications: Publications
  /** `null` while the client is away. */
  connection: Connection | null = null
  /** Runs while the client is away. */
  expiry: Timer | null = null
  #subscribedRevision = 0
  #subscribedTracks = ''
  #peerConnections: PeerConnectionState[] = []
  /** Those to whose tracks the subscriptions were renewed since the client last had the full state. */
  readonly #renewed = new Set<MediaMember>()

  constructor(state: State, participant: Participant, room: RoomSignaling) {
    this.participant = participant
    this.room = room
    this.publications = new Publications(state, participant, room.trackIds)
  }

  get isAway(): boolean {
    return this.connection === null
  }

  /** Takes what the client says about one of its peer connections. */
  receive(peerConnection: ClientPeerConnection): void {
    this.room.media.receive(this, peerConnection)
  }

  /** Connects the client to everyone in the room. @returns the channels of media signalling that it gets, or `null` */
  join(message: ConnectMessage): ChannelGrants | null {
    return this.room.media.join(this, {
      peerConnections: message.peer_connections,
      channels: Object.keys(message.media_signaling ?? {}),
      profile: message.bandwidth_profile,
    })
  }

  /** Takes the peer connections that a returning client lists. @returns those it must be sent again */
  resync(peerConnections: readonly ClientPeerConnection[]): PeerConnectionState[] {
    return this.room.media.resync(this, peerConnections)
  }

  /** Recovers what was lost with the old socket, once both sides have sent all they know. */
  recover(): void {
    this.room.media.recover(this)
  }

  setBandwidthProfile(profile: BandwidthProfile): void {
    this.room.media.setBandwidthProfile(this, profile)
  }

  sendPeerConnection(peerConnection: PeerConnectionState): void {
    if (this.connection === null) return
    // One message about a peer connection at a time: the client would apply two at once in an order of its own.
    if (this.#peerConnections.some(({ id }) => id === peerConnection.id)) this.flush(null, false)
    this.#peerConnections.push(peerConnection)
    this.room.touch(this)
  }

  renewSubscriptions(other: MediaMember | null): void {
    const others = other === null ? this.room.sessions.values() : [other]
    const renewed = new Set<MediaMember | undefined>(others)
    for (const each of renewed) if (each !== undefined) this.#renewed.add(each)
    this.#sendUpdate([`"subscribed":${this.#formatSubscribed(this.#listSubscribed(renewed))}`])
    this.#sendUpdate([`"subscribed":${this.#formatSubscribed()}`])
  }

  sendPublished(): void {
    this.#sendUpdate([`"published":${this.publications.format()}`])
  }

  /** Everything the client must know when it connects or reconnects; `fields` are those of the message itself. */
  sendFullState(fields: string, peerConnections?: readonly PeerConnectionState[]): void {
    this.#peerConnections = []
    const parts = [
      fields,
      `"participants":[${this.room.formatOthers(this.participant)}]`,
      `"published":${this.publications.format()}`,
      `"subscribed":${this.#formatSubscribed(this.#listSubscribed(this.#renewed))}`,
      `"recording":${this.room.formatRecording()}`,
    ]
    if (peerConnections) parts.push(`"peer_connections":${JSON.stringify(peerConnections)}`)
    this.connection?.send(`{${parts.join(',')}}`)
    // The last renewals may have been lost with the old socket.
    if (this.#renewed.size > 0) this.#sendUpdate([`"subscribed":${this.#formatSubscribed()}`])
    this.#renewed.clear()
  }

  /**
   * Sends what has gathered for this client.
   * @param shared what is the same for everyone in the room
   */
  flush(shared: SharedUpdate | null, subscriptionsChanged: boolean): void {
    // One who is away gets everything anew on returning.
    if (this.connection === null) return
    const parts: string[] = []
    if (subscriptionsChanged) {
      const tracks = this.#listSubscribed()
      if (tracks !== this.#subscribedTracks) parts.push(`"subscribed":${this.#formatSubscribed(tracks)}`)
    }
    if (this.#peerConnections.length > 0) {
      parts.push(`"peer_connections":${JSON.stringify(this.#peerConnections)}`)
      this.#peerConnections = []
    }
    if (parts.length > 0) this.#sendUpdate(shared ? [shared.fields, ...parts] : parts)
    else if (shared) this.connection.sendFrame(shared.frame)
  }

  /** Ends the session, with a message that says why. */
  end(reason: DisconnectReason): void {
    this.expiry?.cancel()
    const disconnectMessage = formatDisconnect(reason)
    if (disconnectMessage) this.connection?.send(JSON.stringify(disconnectMessage))
    this.connection?.finish()
    this.connection = null
  }

  /** Tracks of bots have no media, so nobody is subscribed to them. */
  subscribedTracks(): Track[] {
    return subscribedTracks(this.participant).filter(({ sid }) => this.room.trackIds.has(sid))
  }

  #sendUpdate(parts: readonly string[]): void {
    this.connection?.send(formatUpdate(parts))
  }

  #formatSubscribed(tracks = this.#listSubscribed()): string {
    this.#subscribedTracks = tracks
    return `{"revision":${++this.#subscribedRevision},"tracks":[${tracks}]}`
  }

  #listSubscribed(except: ReadonlySet<MediaMember | undefined> = NOBODY): string {
    const tracks = this.subscribedTracks()
      .filter(({ publisher }) => !except.has(this.room.sessions.get(publisher.sid)))
      .map(({ sid }) => JSON.stringify({ sid, id: this.room.trackIds.get(sid) }))
    return tracks.join(',')
  }
}

const NOBODY: ReadonlySet<MediaMember | undefined> = new Set()
