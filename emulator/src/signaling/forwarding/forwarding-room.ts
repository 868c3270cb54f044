import { randomUUID } from 'node:crypto'
import type { Participant, Room, Track } from '../../state/index.ts'
import { CHANNELS, PUBLISHER_HINTS } from '../media/media-client.ts'
import {
  formatGrants,
  type ChannelGrants,
  type JoinRequest,
  type MediaMember,
  type MediaRoom,
} from '../media/media-room.ts'
import { MediaSignaling } from '../media/media-signaling.ts'
import { Transcriber, TRANSCRIPTIONS, type Speech } from '../media/transcriber.ts'
import type { BandwidthProfile } from '../media/video-selection.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import { ForwardingMember } from './forwarding-member.ts'
import type { MediaServer } from './media-server.ts'
import type { MediaSource } from './media-source.ts'
import type { VideoUse } from './track-demands.ts'

export type ForwardingRoomOptions = {
  room: Room
  /** The clients' own ids of their tracks, by track SID. */
  trackIds: ReadonlyMap<string, string>
  server: MediaServer
  /** Whether clients that ask for media signalling get it. */
  mediaSignaling: boolean
  /** The time of day, in milliseconds. */
  now: () => number
  reportError: (error: unknown) => void
}

/** Media through a server, as in Twilio's group rooms: one peer connection a client, tracks forwarded by subscription. */
export class ForwardingRoom implements MediaRoom {
  readonly #options: ForwardingRoomOptions
  readonly #members = new Map<MediaMember, ForwardingMember>()
  readonly #bySid = new Map<string, ForwardingMember>()
  readonly #signaling: MediaSignaling
  readonly #transcriber: Transcriber
  #updating: NodeJS.Immediate | null = null

  constructor(options: ForwardingRoomOptions) {
    this.#options = options
    this.#transcriber = new Transcriber({
      room: options.room,
      now: options.now,
      send: (message) => {
        for (const member of this.#members.values()) member.sendTranscription(message)
      },
    })
    this.#signaling = new MediaSignaling(() => {
      this.#transcriber.tick()
      this.#updateDemands()
    })
  }

  join(member: MediaMember, { peerConnections, channels, profile }: JoinRequest): ChannelGrants | null {
    const { room, server, mediaSignaling, reportError } = this.#options
    const granted = mediaSignaling ? SERVED.filter((channel) => channels.includes(channel)) : []
    // Labels that nobody can give to a data track of theirs.
    const labels = new Map(granted.map((channel) => [channel, `${channel}-${randomUUID()}`]))
    const joined: ForwardingMember = new ForwardingMember(member, {
      server,
      roomCodecs: room.settings.videoCodecs,
      labels,
      profile,
      signaling: this.#signaling,
      sourceOf: (track) => this.sourceOf(track),
      isPublisherReady: ({ publisher }) => this.#bySid.get(publisher.sid)?.isReady ?? false,
      channelTypeOf: (track) =>
        this.#bySid.get(track.publisher.sid)?.dataTracks.get(this.#options.trackIds.get(track.sid) ?? '') ?? null,
      trackIdOf: ({ sid }) => this.#options.trackIds.get(sid),
      onSources: () => this.update(),
      onData: (label, message) => {
        for (const other of this.#members.values()) if (other !== joined) other.relay(joined, label, message)
      },
      onWanted: () => this.#updateDemands(),
      onAudioLevel: (level) => {
        this.#signaling.addAudioLevel(joined.sid, level)
        this.#transcriber.addPacket(joined.sid, level)
      },
      reportError,
    })
    this.#members.set(member, joined)
    this.#bySid.set(member.participant.sid, joined)
    const offered = peerConnections.find(({ description }) => description?.type === 'offer')
    if (offered) joined.receive(offered)
    return granted.length > 0 ? formatGrants(labels) : null
  }

  receive(member: MediaMember, state: ClientPeerConnection): void {
    this.#members.get(member)?.receive(state)
  }

  resync(member: MediaMember): PeerConnectionState[] {
    return this.#members.get(member)?.replay() ?? []
  }

  recover(): void {
    // What a client missed was replayed, and what it said is taken from the list it brought along.
  }

  setBandwidthProfile(member: MediaMember, profile: BandwidthProfile): void {
    this.#signaling.setProfile(member.participant.sid, profile)
  }

  transcribe(participant: Participant, speech: Speech): boolean {
    return this.#transcriber.say(participant, speech)
  }

  update(): void {
    for (const member of this.#members.values()) member.update()
    this.#updateDemands()
  }

  leave(member: MediaMember): void {
    this.#members.get(member)?.close()
    this.#members.delete(member)
    this.#bySid.delete(member.participant.sid)
    this.#signaling.leave(member.participant.sid)
  }

  close(): void {
    if (this.#updating) clearImmediate(this.#updating)
    for (const member of this.#members.values()) member.close()
    this.#members.clear()
    this.#bySid.clear()
    this.#signaling.close()
  }

  /** A track as it arrives, for whoever forwards it or listens to it otherwise; `null` before it does. */
  sourceOf(track: Track): MediaSource | null {
    const trackId = this.#options.trackIds.get(track.sid)
    const publisher = this.#bySid.get(track.publisher.sid)
    return (trackId !== undefined && publisher?.sources.get(trackId)) || null
  }

  /** Tells publishers, at the end of the turn, what of their tracks is of use to anyone. */
  #updateDemands(): void {
    this.#updating ??= setImmediate(() => {
      this.#updating = null
      const uses = new Map<string, VideoUse[]>()
      for (const member of this.#members.values()) member.collectUses(uses)
      for (const member of this.#members.values()) member.applyUses(uses)
    })
  }
}

const SERVED = [...CHANNELS, PUBLISHER_HINTS, TRANSCRIPTIONS]
