import { randomUUID } from 'node:crypto'
import type { Track } from '../../state/index.ts'
import { PUBLISHER_HINTS, type MediaClient } from '../media/media-client.ts'
import type { MediaMember } from '../media/media-room.ts'
import type { MediaSignaling } from '../media/media-signaling.ts'
import type { BandwidthProfile, VideoOption } from '../media/video-selection.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { ClientPeer } from './client-peer.ts'
import { RELIABLE, type ChannelMessage, type ChannelType } from './data-channels.ts'
import { parseDescription } from './parse-description.ts'
import type { Forward } from './forward.ts'
import type { MediaServer } from './media-server.ts'
import type { MediaSource } from './media-source.ts'
import { TrackDemands, type VideoUse } from './track-demands.ts'

export type MemberContext = {
  server: MediaServer
  /** The video codecs that the room allows. */
  roomCodecs: readonly string[]
  /** The data channels of media signalling, by channel. */
  labels: ReadonlyMap<string, string>
  profile: BandwidthProfile | undefined
  signaling: MediaSignaling
  /** A track as it arrives; `null` before it does. */
  sourceOf(track: Track): MediaSource | null
  /** Whether a track's publisher sends, and has time for those who are to get it. */
  isPublisherReady(track: Track): boolean
  /** How a data track delivers; `null` before its publisher has opened it. */
  channelTypeOf(track: Track): ChannelType | null
  /** The publisher's own id of a track. */
  trackIdOf(track: Track): string | undefined
  /** This member sends other tracks than before. */
  onSources(): void
  /** A message on one of this member's data tracks. */
  onData(trackId: string, message: ChannelMessage): void
  /** This member gets other layers than before, or none. */
  onWanted(): void
  /** How loud one packet of this member's sound is, in decibels below the loudest possible. */
  onAudioLevel(decibelsBelowFull: number): void
  reportError: (error: unknown) => void
}

/** A track that this member has a line or a channel for: from the first subscription until it is unpublished. */
type Receiving = { track: Track; trackId: string; isSubscribed: boolean; hasChannel: boolean }

/** Ids go into descriptions and must not be able to say more there than what they name. */
const TRACK_ID = /^[!-~]{1,128}$/

/** One member of a forwarding room: its connection, what it sends, and what it gets of the others. */
export class ForwardingMember {
  readonly #member: MediaMember
  readonly #context: MemberContext
  readonly #client: MediaClient
  readonly #receiving = new Map<string, Receiving>()
  /** The data tracks that this member has opened, by id. */
  readonly dataTracks = new Map<string, ChannelType>()
  /** Whether this member has connected and taken in what it was offered, be it on an earlier connection. */
  isReady = false
  readonly #demands = new TrackDemands()
  readonly #stopListening: () => void
  #peer: ClientPeer | null = null

  constructor(member: MediaMember, context: MemberContext) {
    this.#member = member
    this.#context = context
    const { labels, signaling, profile, server } = context
    this.#stopListening = server.network.onChange(() => this.#applyNetwork())
    this.#client = signaling.join(member.participant.sid, [...labels.keys()], profile, {
      sendMessage: (channel, message) =>
        this.#peer?.channels.sendText(labels.get(channel) ?? '', JSON.stringify(message)),
      isOpen: (channel) => this.#peer?.channels.isOpen(labels.get(channel) ?? '') ?? false,
      videoOptions: () => this.#videoOptions(),
      capacity: () => this.#peer?.downlink.bandwidth.limit ?? Infinity,
      uplinkLoss: () => this.#peer?.uplink.fractionLost ?? null,
      onSelected: () => this.#applySelection(),
      onTrackReplaced: (trackSid) => this.#resetLayers(trackSid),
    })
  }

  get sid(): string {
    return this.#member.participant.sid
  }

  /** What this member sends, by track id. */
  get sources(): ReadonlyMap<string, MediaSource> {
    return this.#peer?.uplink.sources ?? NONE
  }

  receive(state: ClientPeerConnection): void {
    const { id, description } = state
    // Nobody gets a connection for what cannot lead to media.
    if (this.#peer === null && description?.type === 'offer' && parseDescription(description.sdp) !== null) {
      this.#peer = this.#createPeer(id)
    }
    if (this.#peer?.id !== id) return
    if (description?.type === 'close') this.#replacePeer()
    else this.#peer.receive(state)
  }

  replay(): PeerConnectionState[] {
    return this.#peer?.replay() ?? []
  }

  /** Makes what this member gets agree with what it is subscribed to. */
  update(): void {
    const peer = this.#peer
    if (peer === null || !peer.hasBegun) return
    const { tracks } = this.#member.participant.room
    for (const [sid, { trackId, track }] of this.#receiving) {
      if (tracks.has(sid)) continue
      this.#receiving.delete(sid)
      if (track.kind === 'data') peer.channels.close(trackId)
      else peer.removeTrack(trackId)
    }
    const subscribed = new Set(this.#member.subscribedTracks())
    for (const receiving of this.#receiving.values()) receiving.isSubscribed = subscribed.has(receiving.track)
    for (const track of subscribed) if (!this.#receiving.has(track.sid) && this.#isDue(track)) this.#begin(peer, track)
    for (const receiving of this.#receiving.values()) {
      const { track, trackId } = receiving
      if (track.kind === 'data') this.#openChannel(peer, receiving)
      else peer.downlink.forwards.get(trackId)?.attach(this.#context.sourceOf(track))
    }
    this.#client.selectVideo()
  }

  /** Passes a message of another member's data track on, if this one is subscribed to it. */
  relay(publisher: ForwardingMember, trackId: string, message: ChannelMessage): void {
    for (const receiving of this.#receiving.values()) {
      if (receiving.trackId !== trackId || receiving.track.publisher.sid !== publisher.sid) continue
      if (receiving.isSubscribed) this.#peer?.channels.send(trackId, message)
      return
    }
  }

  sendTranscription(message: object): void {
    this.#client.sendTranscription(message)
  }

  /** Adds what this member gets of the others' video, by track SID. */
  collectUses(uses: Map<string, VideoUse[]>): void {
    for (const { track, trackId } of this.#receiving.values()) {
      if (track.kind !== 'video') continue
      const layer = this.#peer?.downlink.forwards.get(trackId)?.target ?? null
      const others = uses.get(track.sid) ?? []
      uses.set(track.sid, [...others, { layer, dimensions: this.#client.selection.dimensionsOf(track) }])
    }
  }

  /** Tells the client which layers of its own tracks are of use, and how much it may send. */
  applyUses(uses: ReadonlyMap<string, readonly VideoUse[]>): void {
    const peer = this.#peer
    if (peer === null || !peer.transport.isConnected) return
    const tracks = [...this.#member.participant.tracks.values()]
    const hasSound = tracks.some(({ kind }) => kind === 'audio')
    const videos = tracks.flatMap((track) => {
      const layers = track.kind === 'video' ? (this.#context.sourceOf(track)?.layers ?? []) : []
      const arrived = layers.filter(({ hasStarted }) => hasStarted).length
      if (arrived === 0) return []
      return [{ sid: track.sid, layers: layers.length, arrived, uses: uses.get(track.sid) ?? [] }]
    })
    const canHint = this.#client.isReady(PUBLISHER_HINTS)
    const { hints, limit } = this.#demands.update({ videos, hasSound }, canHint, performance.now())
    for (const { sid, enabled } of hints) this.#client.sendPublisherHint(sid, enabled)
    peer.uplink.setLimit(limit)
  }

  close(): void {
    this.#stopListening()
    this.#peer?.close()
    this.#peer = null
    this.#receiving.clear()
  }

  /**
   * Whether to offer a line for a track: not before its publisher has taken in all that it was offered itself. Where
   * browsers share a machine, one that has just joined waits for everybody's pictures, and the others for one of its own:
   * it gets the processor first.
   */
  #isDue(track: Track): boolean {
    return track.kind === 'data' || this.#context.isPublisherReady(track)
  }

  #begin(peer: ClientPeer, track: Track): void {
    const trackId = this.#context.trackIdOf(track)
    if (trackId === undefined || !TRACK_ID.test(trackId)) return
    // Browsers tell tracks apart by their ids: one that takes another's must not take its place.
    if ([...this.#receiving.values()].some((other) => other.trackId === trackId)) return
    const { publisher, kind, sid } = track
    this.#receiving.set(sid, { track, trackId, isSubscribed: true, hasChannel: false })
    if (kind === 'data') peer.wantChannels()
    else peer.addTrack(kind, trackId, publisher.sid)
  }

  /** Opens a channel for a data track that delivers as the publisher's own does, once that is open. */
  #openChannel(peer: ClientPeer, receiving: Receiving): void {
    const type = receiving.hasChannel ? null : this.#context.channelTypeOf(receiving.track)
    if (type === null) return
    receiving.hasChannel = true
    peer.channels.open(receiving.trackId, type)
  }

  #createPeer(id: string, isAsked = false): ClientPeer {
    const { server, roomCodecs, labels, reportError } = this.#context
    const channels = new Map(Array.from(labels, ([channel, label]) => [label, channel]))
    const peer = new ClientPeer(
      server,
      id,
      roomCodecs,
      {
        send: (state) => this.#member.sendPeerConnection(state),
        onSources: () => this.#context.onSources(),
        onBegun: () => this.update(),
        onReady: () => {
          this.isReady = true
          // The others can be offered what this one sends.
          this.#context.onSources()
        },
        onAgreed: () => {
          this.update()
          if (labels.size > 0) peer.wantChannels()
        },
        onAudioLevel: (level) => this.#context.onAudioLevel(level),
        onChannelOpened: (label, type) => {
          this.dataTracks.set(label, type)
          this.#context.onSources()
        },
        onChannelMessage: (label, message) => {
          const channel = channels.get(label)
          if (channel === undefined) this.#context.onData(label, message)
          else this.#client.receive(channel, parseJson(message.data))
        },
        onChannelClosed: (label) => this.dataTracks.delete(label),
        reportError,
      },
      isAsked,
    )
    peer.transport.setNetwork(server.network.conditionsOf(this.#member.participant))
    for (const label of labels.values()) peer.channels.open(label, RELIABLE)
    return peer
  }

  /** The client has given its connection up: it is asked for another, and its tracks begin anew. */
  #replacePeer(): void {
    this.#peer?.close()
    this.#receiving.clear()
    this.#peer = this.#createPeer(randomUUID(), true)
    this.#member.renewSubscriptions(null)
    this.#context.onSources()
  }

  #applyNetwork(): void {
    this.#peer?.transport.setNetwork(this.#context.server.network.conditionsOf(this.#member.participant))
  }

  #resetLayers(trackSid: string): void {
    if (!this.#member.participant.tracks.has(trackSid)) return
    this.#client.sendPublisherHint(trackSid, null)
    this.#demands.reset(trackSid)
  }

  #videoOptions(): VideoOption[] {
    return this.#member
      .subscribedTracks()
      .filter(({ kind }) => kind === 'video')
      .map((track) => {
        const source = this.#context.sourceOf(track)
        const layers = source?.layers.map(({ bitsPerSecond }, layer) => ({
          bitsPerSecond,
          dimensions: source.dimensionsOf(layer),
        }))
        return { track, layers: layers ?? [] }
      })
  }

  #applySelection(): void {
    const now = performance.now()
    const isConnected = this.#peer?.transport.isConnected === true
    for (const { track, trackId, isSubscribed } of this.#receiving.values()) {
      const forward = this.#peer?.downlink.forwards.get(trackId)
      if (forward === undefined) continue
      forward.setTarget(isSubscribed && isConnected ? this.#layerOf(track, forward) : null, now)
    }
    this.#context.onWanted()
  }

  #layerOf(track: Track, { source, isAgreed }: Forward): number | null {
    if (source === null || !isAgreed) return null
    if (track.kind === 'audio') return 0
    const layer = this.#client.selection.layerOf(track.sid)
    return layer === undefined ? source.layers.length - 1 : layer
  }
}

const NONE: ReadonlyMap<string, MediaSource> = new Map()

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString())
  } catch {
    return undefined
  }
}
