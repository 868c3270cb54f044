import { randomBytes } from 'node:crypto'
import type { Timer } from '../clock.ts'
import { subscribedTracks, type DisconnectReason, type Participant, type State, type Track } from '../state/index.ts'
import type { Connection } from './socket/connection.ts'
import type { ChannelGrants } from './media/media-signaling.ts'
import type { MeshMember } from './mesh/mesh.ts'
import type { ClientPeerConnection, ConnectMessage, PeerConnectionState } from './message.ts'
import { Publications } from './publications.ts'
import type { RoomMember, RoomSignaling } from './room.ts'
import { formatDisconnect, formatUpdate, type SharedUpdate } from './server-message.ts'
import type { BandwidthProfile } from './media/video-selection.ts'

/**
 * A client's session in a room. It outlives the socket: a client that lost its connection resumes the session on
 * another one.
 */
export class Session implements RoomMember, MeshMember {
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
  readonly #renewed = new Set<MeshMember>()

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
    const restricted = this.room.restrict(peerConnection)
    if (!this.room.media.receive(this.participant.sid, restricted)) this.room.mesh.receive(this, restricted)
  }

  /** Pairs the client, with the peer connections it brought along, with everyone inside. */
  join(peerConnections: readonly ClientPeerConnection[]): void {
    this.room.mesh.join(
      this,
      peerConnections.map((state) => this.room.restrict(state)),
    )
  }

  /** Takes the peer connections that a returning client lists. @returns those it must be sent again */
  resync(peerConnections: readonly ClientPeerConnection[]): PeerConnectionState[] {
    return [...this.room.mesh.resync(this, peerConnections), ...this.room.media.replay(this.participant.sid)]
  }

  /** Recovers what was lost with the old socket, once both sides have sent all they know. */
  recover(): void {
    this.room.mesh.recover(this)
  }

  /** Begins media signalling, if the client asks for it. @returns what it is granted, or `null` */
  grantChannels({ media_signaling = {}, bandwidth_profile: profile }: ConnectMessage): ChannelGrants | null {
    return this.room.media.join(this.participant.sid, {
      channels: Object.keys(media_signaling),
      profile,
      send: (state) => this.sendPeerConnection(state),
      videoTracks: () => this.#subscribed().filter(({ kind }) => kind === 'video'),
    })
  }

  setBandwidthProfile(profile: BandwidthProfile): void {
    this.room.media.setProfile(this.participant.sid, profile)
  }

  sendPeerConnection(peerConnection: PeerConnectionState): void {
    if (this.connection === null) return
    // One message about a peer connection at a time: the client would apply two at once in an order of its own.
    if (this.#peerConnections.some(({ id }) => id === peerConnection.id)) this.flush(null, false)
    this.#peerConnections.push(peerConnection)
    this.room.touch(this)
  }

  renewSubscriptions(other: MeshMember): void {
    this.#renewed.add(other)
    this.#sendUpdate([`"subscribed":${this.#formatSubscribed(this.#listSubscribed(new Set([other])))}`])
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

  #sendUpdate(parts: readonly string[]): void {
    this.connection?.send(formatUpdate(parts))
  }

  #formatSubscribed(tracks = this.#listSubscribed()): string {
    this.#subscribedTracks = tracks
    return `{"revision":${++this.#subscribedRevision},"tracks":[${tracks}]}`
  }

  #listSubscribed(except: ReadonlySet<MeshMember | undefined> = NOBODY): string {
    const tracks = this.#subscribed()
      .filter(({ publisher }) => !except.has(this.room.sessions.get(publisher.sid)))
      .map(({ sid }) => JSON.stringify({ sid, id: this.room.trackIds.get(sid) }))
    return tracks.join(',')
  }

  /** Tracks of bots have no media, so nobody is subscribed to them. */
  #subscribed(): Track[] {
    return subscribedTracks(this.participant).filter(({ sid }) => this.room.trackIds.has(sid))
  }
}

const NOBODY: ReadonlySet<MeshMember | undefined> = new Set()
