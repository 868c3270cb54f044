import { DominantSpeaker } from './dominant-speaker.ts'
import { MediaPeer } from './media-peer.ts'
import type { ClientPeerConnection, PeerConnectionState } from './message.ts'
import { formatQuality, QualityReportSchema, rateQuality, type Quality } from './network-quality.ts'

/** A client that asked for channels. */
type Listener = { participantSid: string; peer: MediaPeer; quality: Quality | null; speaker: string | null | undefined }

/** What a client is granted: the label of the data channel for each channel. */
export type ChannelGrants = Record<string, { transport: { type: 'data-channel'; label: string } }>

/** The channels that say something true here. Others stay ungranted, and the SDK does without them. */
const CHANNELS = ['active_speaker', 'network_quality']
const LOOK_MS = 500

/** What Twilio says over data channels instead of its WebSocket, for the clients of one room that ask for it. */
export class MediaSignaling {
  readonly #listeners = new Map<string, Listener>()
  readonly #speaker = new DominantSpeaker()
  #ticker: NodeJS.Timeout | null = null

  /** Begins to serve a client if it asks for anything to be had here. @returns what it is granted, or `null` */
  join(
    participantSid: string,
    asked: readonly string[],
    send: (state: PeerConnectionState) => void,
  ): ChannelGrants | null {
    const granted = CHANNELS.filter((channel) => asked.includes(channel))
    if (granted.length === 0) return null
    const labels = new Map(granted.map((channel) => [channel, `emulator-${channel}`]))
    const peer = new MediaPeer(labels, {
      send,
      onMessage: (channel, message) => this.#hear(listener, channel, message),
      onAudioLevel: (level) => this.#speaker.hear(participantSid, level),
    })
    const listener: Listener = { participantSid, peer, quality: null, speaker: undefined }
    this.#listeners.set(participantSid, listener)
    this.#ticker ??= setInterval(() => this.#look(), LOOK_MS).unref()
    peer.start()
    return Object.fromEntries(
      Array.from(labels, ([channel, label]) => [channel, { transport: { type: 'data-channel', label } }]),
    )
  }

  /** Takes what a client says about a peer connection. @returns whether it is the one with the emulator */
  receive(participantSid: string, state: ClientPeerConnection): boolean {
    const peer = this.#listeners.get(participantSid)?.peer
    if (peer === undefined || peer.id !== state.id) return false
    if (state.description?.type === 'close') this.#forget(participantSid)
    else peer.receive(state)
    return true
  }

  /** What a client must hear again when it has lost its socket. */
  replay(participantSid: string): PeerConnectionState[] {
    const state = this.#listeners.get(participantSid)?.peer.replay()
    return state ? [state] : []
  }

  leave(participantSid: string): void {
    this.#forget(participantSid)
    if (this.#speaker.leave(participantSid)) this.#tellSpeaker()
  }

  close(): void {
    for (const participantSid of this.#listeners.keys()) this.#forget(participantSid)
  }

  #forget(participantSid: string): void {
    this.#listeners.get(participantSid)?.peer.close()
    this.#listeners.delete(participantSid)
    if (this.#listeners.size > 0 || this.#ticker === null) return
    clearInterval(this.#ticker)
    this.#ticker = null
  }

  #look(): void {
    if (this.#speaker.look()) this.#tellSpeaker()
  }

  #tellSpeaker(): void {
    for (const listener of this.#listeners.values()) this.#tellSpeakerTo(listener)
  }

  #tellSpeakerTo(listener: Listener): void {
    // Before the client is ready it would not hear.
    if (listener.speaker === undefined || listener.speaker === this.#speaker.current) return
    listener.speaker = this.#speaker.current
    listener.peer.say('active_speaker', { type: 'active_speaker', participant: this.#speaker.current })
  }

  #hear(listener: Listener, channel: string, message: unknown): void {
    if (channel === 'active_speaker') {
      listener.speaker ??= null
      return this.#tellSpeakerTo(listener)
    }
    const report = QualityReportSchema.safeParse(message)
    if (!report.success) return
    const { reportLevel, remoteReportLevel } = report.data
    listener.quality = rateQuality(report.data)
    const remotes: object[] = []
    for (const { participantSid, quality } of this.#listeners.values()) {
      if (remoteReportLevel < 1 || quality === null || participantSid === listener.participantSid) continue
      remotes.push({ sid: participantSid, ...formatQuality(quality, remoteReportLevel) })
    }
    listener.peer.say('network_quality', {
      type: 'network_quality',
      local: reportLevel >= 2 ? formatQuality(listener.quality, reportLevel) : listener.quality.level,
      remotes,
    })
  }
}
