import { z } from 'zod'
import type { Track } from '../../state/index.ts'
import { MediaPeer } from './media-peer.ts'
import type { PeerConnectionState } from '../message.ts'
import { formatQuality, QualityReportSchema, rateQuality, type Quality } from './network-quality.ts'
import { VideoSelection, type BandwidthProfile } from './video-selection.ts'

/** The parts of a room that a media client needs. */
export type MediaContext = {
  send(state: PeerConnectionState): void
  onAudioLevel(decibelsBelowFull: number): void
  /** SID of the dominant speaker. */
  speaker(): string | null
  /** The client's subscribed video tracks, oldest first. */
  videoTracks(): readonly Track[]
  /** The quality of everyone else's network, as far as it is known. */
  remoteQualities(): Iterable<readonly [participantSid: string, quality: Quality]>
}

const PriorityMessageSchema = z.object({
  track: z.string(),
  subscribe: z.enum(['low', 'standard', 'high']).nullable(),
})

const HintsMessageSchema = z.object({
  subscriber: z.object({
    id: z.number(),
    hints: z.array(z.object({ track: z.string(), enabled: z.boolean().optional() })).max(512),
  }),
})

/** The SDK says that it is ready as soon as a channel is open. */
const TICKS_TO_BE_READY = 3

/** The channels that this end can serve. */
export const CHANNELS = ['active_speaker', 'network_quality', 'track_priority', 'track_switch_off', 'render_hints']

/** The channels of one client: its messages on them, and those sent to it. */
export class MediaClient {
  readonly peer: MediaPeer
  /** `null` until the client has reported. */
  quality: Quality | null = null
  readonly #room: MediaContext
  readonly #selection: VideoSelection
  readonly #channels: readonly string[]
  /** Channels on which the client listens. */
  readonly #ready = new Set<string>()
  /** For how many ticks each channel has been open. */
  readonly #openTicks = new Map<string, number>()
  #sentSpeaker: string | null = null

  constructor(channels: readonly string[], profile: BandwidthProfile | undefined, room: MediaContext) {
    this.#room = room
    this.#channels = channels
    this.#selection = new VideoSelection(profile)
    this.peer = new MediaPeer(new Map(channels.map((channel) => [channel, labelOf(channel)])), {
      send: (state) => room.send(state),
      onAudioLevel: (level) => room.onAudioLevel(level),
      onMessage: (channel, message) => this.#receive(channel, message),
    })
  }

  setProfile(profile: BandwidthProfile): void {
    this.#selection.profile = profile
    this.selectVideo()
  }

  sendSpeaker(): void {
    const speaker = this.#room.speaker()
    if (!this.#ready.has('active_speaker') || speaker === this.#sentSpeaker) return
    this.#sentSpeaker = speaker
    this.peer.sendMessage('active_speaker', { type: 'active_speaker', participant: speaker })
  }

  /** To be called about twice a second. */
  tick(): void {
    for (const channel of this.#channels) this.#checkChannel(channel)
    this.#selection.tick(this.#room.videoTracks())
    this.selectVideo()
  }

  /** Sends the client which of its video tracks are switched off, if that has changed. */
  selectVideo(): void {
    if (!this.#ready.has('track_switch_off')) return
    const changes = this.#selection.select(this.#room.videoTracks(), this.#room.speaker())
    if (changes) this.peer.sendMessage('track_switch_off', { type: 'track_switch_off', ...changes })
  }

  #receive(channel: string, message: unknown): void {
    if (channel === 'network_quality') this.#receiveReport(message)
    else if (channel === 'track_priority') this.#receivePriority(message)
    else if (channel === 'render_hints') this.#receiveHints(message)
    // Its first message says that it is ready; these two channels have no other.
    this.#begin(channel)
  }

  /**
   * Begins on a channel whose client must be ready by now. Of two messages that come in the wrong order, as they do
   * when a packet is lost, werift 0.25 keeps the later one back until a third comes; here none would.
   */
  #checkChannel(channel: string): void {
    if (this.#ready.has(channel) || !this.peer.isOpen(channel)) return
    const ticks = (this.#openTicks.get(channel) ?? 0) + 1
    this.#openTicks.set(channel, ticks)
    if (ticks > TICKS_TO_BE_READY) this.#begin(channel)
  }

  #begin(channel: string): void {
    this.#ready.add(channel)
    if (channel === 'active_speaker') this.sendSpeaker()
    if (channel === 'track_switch_off') this.selectVideo()
  }

  #receiveReport(message: unknown): void {
    const report = QualityReportSchema.safeParse(message)
    if (!report.success) return
    const { reportLevel, remoteReportLevel } = report.data
    this.quality = rateQuality(report.data)
    const remotes = Array.from(remoteReportLevel < 1 ? [] : this.#room.remoteQualities(), ([sid, quality]) => ({
      sid,
      ...formatQuality(quality, remoteReportLevel),
    }))
    this.peer.sendMessage('network_quality', {
      type: 'network_quality',
      local: reportLevel >= 2 ? formatQuality(this.quality, reportLevel) : this.quality.level,
      remotes,
    })
  }

  #receivePriority(message: unknown): void {
    const priority = PriorityMessageSchema.safeParse(message)
    if (!priority.success) return
    this.#selection.prioritize(priority.data.track, priority.data.subscribe)
    this.selectVideo()
  }

  #receiveHints(message: unknown): void {
    const hints = HintsMessageSchema.safeParse(message)
    if (!hints.success) return
    const { id, hints: list } = hints.data.subscriber
    for (const { track, enabled } of list) if (enabled !== undefined) this.#selection.hide(track, !enabled)
    const results = list.map(({ track }) => ({ track, result: 'OK' }))
    this.peer.sendMessage('render_hints', { type: 'render_hints', subscriber: { id, hints: results } })
    this.selectVideo()
  }
}

/** The label of a channel's data channel. */
export function labelOf(channel: string): string {
  return `emulator-${channel}`
}
