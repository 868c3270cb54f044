import { z } from 'zod'
import { formatQuality, QualityReportSchema, rateQuality, type Quality } from './network-quality.ts'
import type { Track } from '../../state/index.ts'
import { TRANSCRIPTIONS } from './transcriber.ts'
import { VideoSelection, type Speech, type BandwidthProfile, type VideoOption } from './video-selection.ts'

/** The parts of a room, and of the client's connection, that a media client needs. */
export type MediaContext = {
  /** Sends a message on a channel; it is dropped while the channel is not open. */
  sendMessage(channel: string, message: object): void
  isOpen(channel: string): boolean
  /** Who speaks. */
  speech(): Speech
  /** The client's subscribed video tracks, oldest first. */
  videoOptions(): readonly VideoOption[]
  /** Whether the client has taken in that it gets a track. */
  isReceived(track: Track): boolean
  /** What the client's network takes of video, in bits per second; `Infinity` where that is not known. */
  capacity(): number
  /** The share of the client's packets that get lost, 0 to 1; `null` where that is not known. */
  uplinkLoss(): number | null
  /** The quality of everyone else's network, as far as it is known. */
  remoteQualities(): Iterable<readonly [participantSid: string, quality: Quality]>
  /** The client is to get other layers of its video tracks, or none. */
  onSelected(): void
  /** The client has put another picture into a track of its own. */
  onTrackReplaced(trackSid: string): void
}

const PriorityMessageSchema = z.object({
  track: z.string(),
  subscribe: z.enum(['low', 'standard', 'high']).nullable(),
})

const DimensionsSchema = z.object({ width: z.number().min(0), height: z.number().min(0) })

const HintsMessageSchema = z.object({
  subscriber: z.object({
    id: z.number(),
    hints: z
      .array(
        z.object({
          track: z.string(),
          enabled: z.boolean().optional(),
          render_dimensions: DimensionsSchema.optional().catch(undefined),
        }),
      )
      .max(512),
  }),
})

const ResetMessageSchema = z.object({ type: z.literal('client_reset'), track: z.string() })

/** The SDK says that it is ready as soon as a channel is open. */
const TICKS_TO_BE_READY = 3

/** The channels that can be served wherever the media pass. */
export const CHANNELS = ['active_speaker', 'network_quality', 'track_priority', 'track_switch_off', 'render_hints']
/** What needs a server that the media pass through: which layers of its own tracks a client is to send. */
export const PUBLISHER_HINTS = 'publisher_hints'

/** The channels of one client: its messages on them, and those sent to it. */
export class MediaClient {
  /** `null` until the client has reported. */
  quality: Quality | null = null
  readonly selection: VideoSelection
  readonly #context: MediaContext
  readonly #channels: readonly string[]
  /** Channels on which the client listens. */
  readonly #ready = new Set<string>()
  /** For how many ticks each channel has been open. */
  readonly #openTicks = new Map<string, number>()
  #sentSpeaker: string | null = null
  #hintId = 0

  constructor(channels: readonly string[], profile: BandwidthProfile | undefined, context: MediaContext) {
    this.#context = context
    this.#channels = channels
    this.selection = new VideoSelection(profile)
  }

  isReady(channel: string): boolean {
    return this.#ready.has(channel)
  }

  setProfile(profile: BandwidthProfile): void {
    this.selection.profile = profile
    this.selectVideo()
  }

  sendSpeaker(): void {
    const speaker = this.#context.speech().dominantSid
    if (!this.#ready.has('active_speaker') || speaker === this.#sentSpeaker) return
    this.#sentSpeaker = speaker
    this.#context.sendMessage('active_speaker', { type: 'active_speaker', participant: speaker })
  }

  /** Sends what somebody said, if the client listens. */
  sendTranscription(message: object): void {
    if (this.#ready.has(TRANSCRIPTIONS)) this.#context.sendMessage(TRANSCRIPTIONS, message)
  }

  /** Which layers of a track the client is to send; `null` leaves it to the client again. */
  sendPublisherHint(trackSid: string, enabledLayers: readonly boolean[] | null): void {
    const encodings = enabledLayers?.map((enabled, index) => ({ layer_index: index, enabled })) ?? null
    this.#context.sendMessage(PUBLISHER_HINTS, {
      type: PUBLISHER_HINTS,
      publisher: { id: ++this.#hintId, hints: [{ track: trackSid, encodings }] },
    })
  }

  /** To be called about twice a second. */
  tick(): void {
    for (const channel of this.#channels) this.#checkChannel(channel)
    const tracks = this.#context.videoOptions().map(({ track }) => track)
    this.selection.tick(tracks.filter((track) => this.#context.isReceived(track)))
    this.selectVideo()
  }

  /** Decides what video the client gets, and tells it which tracks are switched off, if that has changed. */
  selectVideo(): void {
    const isTold = this.#channels.includes('track_switch_off')
    // A change that cannot be sent yet is not applied yet.
    if (!isTold || this.#ready.has('track_switch_off')) {
      const context = this.#context
      const changes = this.selection.select(context.videoOptions(), this.#speech(), context.capacity())
      if (changes && isTold) context.sendMessage('track_switch_off', { type: 'track_switch_off', ...changes })
    }
    this.#context.onSelected()
  }

  /** Takes a message of the client's. */
  receive(channel: string, message: unknown): void {
    if (channel === 'network_quality') this.#receiveReport(message)
    else if (channel === 'track_priority') this.#receivePriority(message)
    else if (channel === 'render_hints') this.#receiveHints(message)
    else if (channel === PUBLISHER_HINTS) this.#receiveReset(message)
    // Its first message says that it is ready; some channels have no other.
    this.#begin(channel)
  }

  /** For a client that does not ask for a dominant speaker, there is none. */
  #speech(): Speech {
    const speech = this.#context.speech()
    return this.#channels.includes('active_speaker') ? speech : { ...speech, dominantSid: null }
  }

  /**
   * Begins on a channel whose client must be ready by now. Of two messages that come in the wrong order, as they do
   * when a packet is lost, werift 0.25 keeps the later one back until a third comes; here none would.
   */
  #checkChannel(channel: string): void {
    if (this.#ready.has(channel) || !this.#context.isOpen(channel)) return
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
    this.quality = rateQuality(report.data, this.#context.uplinkLoss())
    const remotes = Array.from(remoteReportLevel < 1 ? [] : this.#context.remoteQualities(), ([sid, quality]) => ({
      sid,
      ...formatQuality(quality, remoteReportLevel),
    }))
    this.#context.sendMessage('network_quality', {
      type: 'network_quality',
      local: reportLevel >= 2 ? formatQuality(this.quality, reportLevel) : this.quality.level,
      remotes,
    })
  }

  #receivePriority(message: unknown): void {
    const priority = PriorityMessageSchema.safeParse(message)
    if (!priority.success) return
    this.selection.prioritize(priority.data.track, priority.data.subscribe)
    this.selectVideo()
  }

  #receiveHints(message: unknown): void {
    const hints = HintsMessageSchema.safeParse(message)
    if (!hints.success) return
    const { id, hints: list } = hints.data.subscriber
    for (const { track, enabled, render_dimensions: dimensions } of list) {
      if (enabled !== undefined) this.selection.hide(track, !enabled)
      if (dimensions !== undefined) this.selection.resize(track, dimensions)
    }
    const results = list.map(({ track }) => ({ track, result: 'OK' }))
    this.#context.sendMessage('render_hints', { type: 'render_hints', subscriber: { id, hints: results } })
    this.selectVideo()
  }

  #receiveReset(message: unknown): void {
    const reset = ResetMessageSchema.safeParse(message)
    if (reset.success) this.#context.onTrackReplaced(reset.data.track)
  }
}
