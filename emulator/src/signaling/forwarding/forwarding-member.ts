import { randomUUID } from 'node:crypto'
import { PUBLISHER_HINTS, type MediaClient } from '../media/media-client.ts'
import type { MediaMember } from '../media/media-room.ts'
import type { MediaSignaling } from '../media/media-signaling.ts'
import type { BandwidthProfile } from '../media/video-selection.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { ClientPeer } from './client-peer.ts'
import { RELIABLE, type ChannelMessage, type ChannelType } from './data-channels.ts'
import { parseDescription } from './parse-description.ts'
import type { MediaServer } from './media-server.ts'
import type { MediaSource } from './media-source.ts'
import { Subscriptions, type PublishedTracks } from './subscriptions.ts'
import { TrackDemands, type VideoUse } from './track-demands.ts'

export type MemberContext = PublishedTracks & {
  server: MediaServer
  /** The video codecs that the room allows. */
  roomCodecs: readonly string[]
  /** The data channels of media signalling, by channel. */
  labels: ReadonlyMap<string, string>
  profile: BandwidthProfile | undefined
  signaling: MediaSignaling
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

/** One member of a forwarding room: its connection, what it sends, and what it gets of the others. */
export class ForwardingMember {
  readonly #member: MediaMember
  readonly #context: MemberContext
  readonly #client: MediaClient
  readonly #subscriptions: Subscriptions
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
    this.#subscriptions = new Subscriptions(member, context)
    const { labels, signaling, profile, server } = context
    this.#stopListening = server.network.onChange(() => this.#applyNetwork())
    this.#client = signaling.join(member.participant.sid, [...labels.keys()], profile, {
      sendMessage: (channel, message) =>
        this.#peer?.channels.sendText(labels.get(channel) ?? '', JSON.stringify(message)),
      isOpen: (channel) => this.#peer?.channels.isOpen(labels.get(channel) ?? '') ?? false,
      videoOptions: () => this.#subscriptions.videoOptions(),
      isReceived: (track) => this.#subscriptions.isReceived(this.#peer, track),
      capacity: () => this.#peer?.downlink.videoCapacity ?? Infinity,
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
    this.#subscriptions.update(peer)
    this.#client.selectVideo()
  }

  /** Passes a message of another member's data track on, if this one is subscribed to it. */
  relay(publisher: ForwardingMember, trackId: string, message: ChannelMessage): void {
    this.#subscriptions.relay(this.#peer, publisher.sid, trackId, message)
  }

  sendTranscription(message: object): void {
    this.#client.sendTranscription(message)
  }

  /** Adds what this member gets of the others' video, by track SID. */
  collectUses(uses: Map<string, VideoUse[]>): void {
    this.#subscriptions.collectUses(this.#peer, this.#client.selection, uses)
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
    this.#subscriptions.clear()
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
    this.#subscriptions.clear()
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

  #applySelection(): void {
    this.#subscriptions.select(this.#peer, this.#client.selection)
    this.#context.onWanted()
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
