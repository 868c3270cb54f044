import { DominantSpeaker } from './dominant-speaker.ts'
import { MediaClient, type MediaContext } from './media-client.ts'
import type { Quality } from './network-quality.ts'
import type { BandwidthProfile } from './video-selection.ts'

/** What is different from client to client. */
export type MediaClientContext = Omit<MediaContext, 'speech' | 'remoteQualities'>

const TICK_MS = 500

/** What Twilio says over data channels instead of its WebSocket, for the clients of one room that ask for it. */
export class MediaSignaling {
  readonly #clients = new Map<string, MediaClient>()
  readonly #speaker = new DominantSpeaker()
  readonly #onTick: () => void
  #ticker: NodeJS.Timeout | null = null

  /** @param onTick called about twice a second, after the clients */
  constructor(onTick: () => void = () => {}) {
    this.#onTick = onTick
  }

  /** Begins to serve a client. */
  join(
    participantSid: string,
    channels: readonly string[],
    profile: BandwidthProfile | undefined,
    context: MediaClientContext,
  ): MediaClient {
    const client = new MediaClient(channels, profile, {
      ...context,
      speech: () => ({ dominantSid: this.#speaker.current, loudestSids: this.#speaker.loudest() }),
      remoteQualities: () => this.#qualitiesFor(participantSid),
    })
    this.#clients.set(participantSid, client)
    this.#ticker ??= setInterval(() => this.#tick(), TICK_MS).unref()
    return client
  }

  /** Notes how loud one of a participant's audio packets is. */
  addAudioLevel(participantSid: string, decibelsBelowFull: number): void {
    this.#speaker.addPacket(participantSid, decibelsBelowFull)
  }

  setProfile(participantSid: string, profile: BandwidthProfile): void {
    this.#clients.get(participantSid)?.setProfile(profile)
  }

  leave(participantSid: string): void {
    this.#clients.delete(participantSid)
    if (this.#clients.size === 0) this.close()
    if (this.#speaker.leave(participantSid)) this.#speakerChanged()
  }

  close(): void {
    this.#clients.clear()
    if (this.#ticker !== null) clearInterval(this.#ticker)
    this.#ticker = null
  }

  #tick(): void {
    if (this.#speaker.tick()) this.#speakerChanged()
    for (const client of this.#clients.values()) client.tick()
    this.#onTick()
  }

  #speakerChanged(): void {
    for (const client of this.#clients.values()) client.sendSpeaker()
  }

  *#qualitiesFor(participantSid: string): Iterable<readonly [string, Quality]> {
    for (const [sid, { quality }] of this.#clients) if (sid !== participantSid && quality) yield [sid, quality]
  }
}
