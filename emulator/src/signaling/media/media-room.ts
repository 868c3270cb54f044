import type { Participant, Track } from '../../state/index.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import type { Speech } from './transcriber.ts'
import type { BandwidthProfile } from './video-selection.ts'

/** A participant with a browser, as a media room sees it. */
export type MediaMember = {
  readonly participant: Participant
  sendPeerConnection(state: PeerConnectionState): void
  /**
   * A connection over which `other`'s tracks came was closed and made anew. The client keeps the closed receivers of
   * tracks that it still counts as subscribed, so its subscriptions to them must be removed and added again.
   * @param other whose tracks; `null` is everyone's
   */
  renewSubscriptions(other: MediaMember | null): void
  /** The tracks that the client is subscribed to and can identify, oldest first. */
  subscribedTracks(): readonly Track[]
}

/** What a client brings along, and asks for. */
export type JoinRequest = {
  peerConnections: readonly ClientPeerConnection[]
  /** The channels of media signalling that it wants. */
  channels: readonly string[]
  profile: BandwidthProfile | undefined
}

/** What a client is granted: the label of the data channel for each channel. */
export type ChannelGrants = Record<string, { transport: { type: 'data-channel'; label: string } }>

/** How the members of one room get each other's media: from browser to browser, or through a server. */
export type MediaRoom = {
  /** @returns the channels of media signalling that the client gets, or `null` */
  join(member: MediaMember, request: JoinRequest): ChannelGrants | null
  /** Takes what a member says about one of its peer connections. */
  receive(member: MediaMember, state: ClientPeerConnection): void
  /**
   * Takes what a member says when it is back on a new socket: all its peer connections with their latest descriptions.
   * @returns all its peer connections, with what was last addressed to it
   */
  resync(member: MediaMember, states: readonly ClientPeerConnection[]): PeerConnectionState[]
  /** Recovers what a member sent while its socket was being lost. Call it after the full state was sent again. */
  recover(member: MediaMember): void
  setBandwidthProfile(member: MediaMember, profile: BandwidthProfile): void
  /** Tracks were published or unpublished, or someone is subscribed to others than before. */
  update(): void
  leave(member: MediaMember): void
  /** Tells who listens what a participant says. @returns whether it could: the room is transcribed, and they have sound */
  transcribe(participant: Participant, speech: Speech): boolean
  close(): void
}

export function formatGrants(labels: ReadonlyMap<string, string>): ChannelGrants {
  return Object.fromEntries(
    Array.from(labels, ([channel, label]) => [channel, { transport: { type: 'data-channel', label } }]),
  )
}
