import type { Track } from '../../state/index.ts'
import { DominantSpeaker } from './dominant-speaker.ts'
import { CHANNELS, labelOf, MediaClient } from './media-client.ts'
import type { ClientPeerConnection, PeerConnectionState } from '../message.ts'
import type { Quality } from './network-quality.ts'
import type { BandwidthProfile } from './video-selection.ts'

/** What a client is granted: the label of the data channel for each channel. */
export type ChannelGrants = Record<string, { transport: { type: 'data-channel'; label: string } }>

/** What a client wants of media signalling. */
export type MediaRequest = {
  channels: readonly string[]
  profile: BandwidthProfile | undefined
  send: (state: PeerConnectionState) => void
  /** The client's subscribed video tracks, oldest first. */
  videoTracks: () => readonly Track[]
}

const TICK_MS = 500

/** What Twilio says over data channels instead of its WebSocket, for the clients of one room that ask for it. */
export class MediaSignaling {
  readonly #clients = new Map<string, MediaClient>()
  readonly #speaker = new DominantSpeaker()
  #ticker: NodeJS.Timeout | null = null

  /** Begins to serve a client if it asks for anything to be had here. @returns what it is granted, or `null` */
  join(participantSid: string, { channels, profile, send, videoTracks }: MediaRequest): ChannelGrants | null {
    const granted = CHANNELS.filter((channel) => channels.includes(channel))
    if (granted.length === 0) return null
    const client = new MediaClient(granted, profile, {
      send,
      videoTracks,
      onAudioLevel: (level) => this.#speaker.addPacket(participantSid, level),
      speaker: () => this.#speaker.current,
      remoteQualities: () => this.#qualitiesFor(participantSid),
    })
    this.#clients.set(participantSid, client)
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS).unref()
    client.peer.start()
    return Object.fromEntries(
      granted.map((channel) => [channel, { transport: { type: 'data-channel', label: labelOf(channel) } }]),
    )
  }

  /** Takes what a client says about a peer connection. @returns whether it is the one with the emulator */
  receive(participantSid: string, state: ClientPeerConnection): boolean {
    const peer = this.#clients.get(participantSid)?.peer
    if (peer === undefined || peer.id !== state.id) return false
    if (state.description?.type === 'close') this.#forget(participantSid)
    else peer.receive(state)
    return true
  }

  /** What a client must be sent again after it has lost its socket. */
  replay(participantSid: string): PeerConnectionState[] {
    const state = this.#clients.get(participantSid)?.peer.replay()
    return state ? [state] : []
  }

  setProfile(participantSid: string, profile: BandwidthProfile): void {
    this.#clients.get(participantSid)?.setProfile(profile)
  }

  leave(participantSid: string): void {
    this.#forget(participantSid)
    if (this.#speaker.leave(participantSid)) this.#speakerChanged()
  }

  close(): void {
    for (const participantSid of this.#clients.keys()) this.#forget(participantSid)
  }

  #forget(participantSid: string): void {
    this.#clients.get(participantSid)?.peer.close()
    this.#clients.delete(participantSid)
    if (this.#clients.size > 0 || this.#ticker === null) return
    clearInterval(this.#ticker)
    this.#ticker = null
  }

  #tick(): void {
    if (this.#speaker.tick()) this.#speakerChanged()
    for (const client of this.#clients.values()) client.tick()
  }

  #speakerChanged(): void {
    for (const client of this.#clients.values()) client.sendSpeaker()
  }

  *#qualitiesFor(participantSid: string): Iterable<readonly [string, Quality]> {
    for (const [sid, { quality }] of this.#clients) if (sid !== participantSid && quality) yield [sid, quality]
  }
}
