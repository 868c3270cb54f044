import type { Track } from '../../state/index.ts'
import type { MediaMember } from '../media/media-room.ts'
import type { VideoOption, VideoSelection } from '../media/video-selection.ts'
import type { ClientPeer } from './client-peer.ts'
import type { ChannelMessage, ChannelType } from './data-channels.ts'
import type { Forward } from './forward.ts'
import type { MediaSource } from './media-source.ts'
import type { VideoUse } from './track-demands.ts'

/** The tracks of a room, as their publishers send them. */
export type PublishedTracks = {
  /** A track as it arrives; `null` before it does. */
  sourceOf(track: Track): MediaSource | null
  /** Whether a track's publisher sends, and has time for those who are to get it. */
  isPublisherReady(track: Track): boolean
  /** How a data track delivers; `null` before its publisher has opened it. */
  channelTypeOf(track: Track): ChannelType | null
  /** The publisher's own id of a track. */
  trackIdOf(track: Track): string | undefined
}

/** A track that the member has a line or a channel for. */
type Subscription = { track: Track; trackId: string; isCurrent: boolean; hasChannel: boolean }

/** Ids go into descriptions and must not be able to say more there than what they name. */
const TRACK_ID = /^[!-~]{1,128}$/

/**
 * What one member gets of the others' tracks. A track has its line or channel from the first subscription until it is
 * unpublished, whether or not anything is sent on it meanwhile.
 */
export class Subscriptions {
  readonly #member: MediaMember
  readonly #tracks: PublishedTracks
  readonly #byTrackSid = new Map<string, Subscription>()

  constructor(member: MediaMember, tracks: PublishedTracks) {
    this.#member = member
    this.#tracks = tracks
  }

  /** Makes the lines and channels of the member's connection agree with what it is subscribed to. */
  update(peer: ClientPeer): void {
    const { tracks } = this.#member.participant.room
    for (const [sid, { trackId, track }] of this.#byTrackSid) {
      if (tracks.has(sid)) continue
      this.#byTrackSid.delete(sid)
      if (track.kind === 'data') peer.channels.close(trackId)
      else peer.removeTrack(trackId)
    }
    const current = new Set(this.#member.subscribedTracks())
    for (const subscription of this.#byTrackSid.values()) subscription.isCurrent = current.has(subscription.track)
    for (const track of current) if (!this.#byTrackSid.has(track.sid) && this.#isDue(track)) this.#begin(peer, track)
    for (const subscription of this.#byTrackSid.values()) {
      const { track, trackId } = subscription
      if (track.kind === 'data') this.#openChannel(peer, subscription)
      else peer.downlink.forwards.get(trackId)?.attach(this.#tracks.sourceOf(track))
    }
  }

  /** Passes a message of another member's data track on, if this one is subscribed to it. */
  relay(peer: ClientPeer | null, publisherSid: string, trackId: string, message: ChannelMessage): void {
    for (const subscription of this.#byTrackSid.values()) {
      if (subscription.trackId !== trackId || subscription.track.publisher.sid !== publisherSid) continue
      if (subscription.isCurrent) peer?.channels.send(trackId, message)
      return
    }
  }

  /** The video tracks that the member is subscribed to, and what they can be had as. */
  videoOptions(): VideoOption[] {
    return this.#member
      .subscribedTracks()
      .filter(({ kind }) => kind === 'video')
      .map((track) => {
        const source = this.#tracks.sourceOf(track)
        const layers = source?.layers.map(({ bitsPerSecond }, layer) => ({
          bitsPerSecond,
          dimensions: source.dimensionsOf(layer),
        }))
        return { track, layers: layers ?? [] }
      })
  }

  /** Whether the member has agreed to the line of a track. */
  isReceived(peer: ClientPeer | null, { sid }: Track): boolean {
    const trackId = this.#byTrackSid.get(sid)?.trackId
    return trackId !== undefined && peer?.downlink.forwards.get(trackId)?.isAgreed === true
  }

  /** Sends of each track what was selected; of those that the member is not subscribed to, nothing. */
  select(peer: ClientPeer | null, selection: VideoSelection): void {
    const now = performance.now()
    const isConnected = peer?.transport.isConnected === true
    for (const { track, trackId, isCurrent } of this.#byTrackSid.values()) {
      const forward = peer?.downlink.forwards.get(trackId)
      forward?.setTarget(isCurrent && isConnected ? layerOf(track, forward, selection) : null, now)
    }
  }

  /** Adds what the member gets of the others' video, by track SID. */
  collectUses(peer: ClientPeer | null, selection: VideoSelection, uses: Map<string, VideoUse[]>): void {
    for (const { track, trackId } of this.#byTrackSid.values()) {
      if (track.kind !== 'video') continue
      const layer = peer?.downlink.forwards.get(trackId)?.target ?? null
      const others = uses.get(track.sid) ?? []
      uses.set(track.sid, [...others, { layer, dimensions: selection.dimensionsOf(track) }])
    }
  }

  /** Forgets everything, as the connection has gone. */
  clear(): void {
    this.#byTrackSid.clear()
  }

  /**
   * Whether to offer a line for a track: not before its publisher has taken in all that it was offered itself. Where
   * browsers share a machine, one that has just joined waits for everybody's pictures, and the others for one of its own:
   * it gets the processor first.
   */
  #isDue(track: Track): boolean {
    return track.kind === 'data' || this.#tracks.isPublisherReady(track)
  }

  #begin(peer: ClientPeer, track: Track): void {
    const trackId = this.#tracks.trackIdOf(track)
    if (trackId === undefined || !TRACK_ID.test(trackId)) return
    // Browsers tell tracks apart by their ids: one that takes another's must not take its place.
    if ([...this.#byTrackSid.values()].some((other) => other.trackId === trackId)) return
    const { publisher, kind, sid } = track
    this.#byTrackSid.set(sid, { track, trackId, isCurrent: true, hasChannel: false })
    if (kind === 'data') peer.wantChannels()
    else peer.addTrack(kind, trackId, publisher.sid)
  }

  /** Opens a channel for a data track that delivers as the publisher's own does, once that is open. */
  #openChannel(peer: ClientPeer, subscription: Subscription): void {
    const type = subscription.hasChannel ? null : this.#tracks.channelTypeOf(subscription.track)
    if (type === null) return
    subscription.hasChannel = true
    peer.channels.open(subscription.trackId, type)
  }
}

function layerOf(track: Track, { source, isAgreed }: Forward, selection: VideoSelection): number | null {
  if (source === null || !isAgreed) return null
  if (track.kind === 'audio') return 0
  const layer = selection.layerOf(track.sid)
  return layer === undefined ? source.layers.length - 1 : layer
}
