import { CHANNELS } from '../media/media-client.ts'
import { MediaPeer } from '../media/media-peer.ts'
import {
  formatGrants,
  type ChannelGrants,
  type JoinRequest,
  type MediaMember,
  type MediaRoom,
} from '../media/media-room.ts'
import { MediaSignaling } from '../media/media-signaling.ts'
import { UNSEEN_LAYER, type BandwidthProfile } from '../media/video-selection.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { hasMediaServer, type RoomSettings } from '../../state/index.ts'
import { Mesh } from './mesh.ts'
import { restrictVideoCodecs } from './video-codecs.ts'

/**
 * Media from browser to browser. Clients that ask for media signalling have one more peer connection each, which ends
 * here.
 */
export class MeshRoom implements MediaRoom {
  readonly #mesh = new Mesh()
  readonly #signaling = new MediaSignaling()
  readonly #peers = new Map<MediaMember, MediaPeer>()
  readonly #settings: Readonly<RoomSettings>
  readonly #hasMediaSignaling: boolean

  /** @param hasMediaSignaling whether clients that ask for media signalling get it */
  constructor(settings: Readonly<RoomSettings>, hasMediaSignaling: boolean) {
    this.#settings = settings
    // Rooms without a media server have none at Twilio either.
    this.#hasMediaSignaling = hasMediaSignaling && hasMediaServer(settings.type)
  }

  join(member: MediaMember, { peerConnections, channels, profile }: JoinRequest): ChannelGrants | null {
    this.#mesh.join(
      member,
      peerConnections.map((state) => this.#restrict(state)),
    )
    const granted = this.#hasMediaSignaling ? CHANNELS.filter((channel) => channels.includes(channel)) : []
    if (granted.length === 0) return null
    const labels = new Map(granted.map((channel) => [channel, `emulator-${channel}`]))
    const { sid } = member.participant
    const peer = new MediaPeer(labels, {
      send: (state) => member.sendPeerConnection(state),
      onMessage: (channel, message) => client.receive(channel, message),
      onAudioLevel: (level) => this.#signaling.addAudioLevel(sid, level),
    })
    const client = this.#signaling.join(sid, granted, profile, {
      sendMessage: (channel, message) => peer.sendMessage(channel, message),
      isOpen: (channel) => peer.isOpen(channel),
      videoOptions: () =>
        member
          .subscribedTracks()
          .filter(({ kind }) => kind === 'video')
          .map((track) => ({ track, layers: [UNSEEN_LAYER] })),
      isReceived: () => true,
      // The media flow on, whatever is selected.
      capacity: () => Infinity,
      uplinkLoss: () => null,
      onSelected: () => {},
      onTrackReplaced: () => {},
    })
    this.#peers.set(member, peer)
    peer.start()
    return formatGrants(labels)
  }

  receive(member: MediaMember, state: ClientPeerConnection): void {
    const peer = this.#peers.get(member)
    if (peer?.id !== state.id) return this.#mesh.receive(member, this.#restrict(state))
    if (state.description?.type === 'close') this.#endSignaling(member)
    else peer.receive(this.#restrict(state))
  }

  resync(member: MediaMember, states: readonly ClientPeerConnection[]): PeerConnectionState[] {
    const replay = this.#peers.get(member)?.replay()
    return [...this.#mesh.resync(member, states), ...(replay ? [replay] : [])]
  }

  recover(member: MediaMember): void {
    this.#mesh.recover(member)
  }

  setBandwidthProfile(member: MediaMember, profile: BandwidthProfile): void {
    this.#signaling.setProfile(member.participant.sid, profile)
  }

  update(): void {
    // Each browser sends what it publishes to all others.
  }

  leave(member: MediaMember): void {
    this.#mesh.leave(member)
    this.#endSignaling(member)
  }

  /** Transcription needs a server that media pass through. */
  transcribe(): boolean {
    return false
  }

  close(): void {
    for (const peer of this.#peers.values()) peer.close()
    this.#peers.clear()
    this.#signaling.close()
  }

  /**
   * What others may see of a description: no codecs that the room was created without. It is the media server that
   * sees to this at Twilio, so rooms without one are not restricted.
   */
  #restrict(state: ClientPeerConnection): ClientPeerConnection {
    const { type, videoCodecs } = this.#settings
    const isRestricted = videoCodecs.length === 1 && hasMediaServer(type)
    return isRestricted ? restrictVideoCodecs(state, videoCodecs) : state
  }

  #endSignaling(member: MediaMember): void {
    this.#peers.get(member)?.close()
    this.#peers.delete(member)
    this.#signaling.leave(member.participant.sid)
  }
}
