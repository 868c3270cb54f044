import type { Track, TrackPriority } from '../../state/index.ts'

/** What a client asks for with the SDK's `bandwidthProfile`. */
export type BandwidthProfile = {
  /** Most video tracks at one time; nothing or 0 is no limit. */
  maxTracks?: number
  /** Most that all video may take, in bits per second; nothing or 0 is no limit. */
  maxBitrate?: number
  /** What the dominant speaker's video counts for at least. Default `standard`. */
  speakerPriority?: TrackPriority
}

const RANK: Record<TrackPriority, number> = { low: 0, standard: 1, high: 2 }

/**
 * Which of its video tracks one client is to count as switched off: those that it hides, and those beyond the limits
 * that it set, the least important first.
 */
export class VideoSelection {
  profile: BandwidthProfile
  readonly #priorities = new Map<string, TrackPriority>()
  readonly #hidden = new Set<string>()
  /** For how many ticks each track has been subscribed. */
  #ages = new Map<string, number>()
  #off = new Set<string>()

  constructor(profile: BandwidthProfile = {}) {
    this.profile = profile
  }

  /** The client's own priority for a track outweighs the publisher's, until it is `null` again. */
  prioritize(trackSid: string, priority: TrackPriority | null): void {
    if (priority === null) this.#priorities.delete(trackSid)
    else this.#priorities.set(trackSid, priority)
  }

  hide(trackSid: string, isHidden: boolean): void {
    if (isHidden) this.#hidden.add(trackSid)
    else this.#hidden.delete(trackSid)
  }

  /** To be called about twice a second: a track must be there for a while before it can be switched off. */
  tick(tracks: readonly Track[]): void {
    this.#ages = new Map(tracks.map(({ sid }) => [sid, (this.#ages.get(sid) ?? 0) + 1]))
  }

  /**
   * Decides anew.
   * @param tracks the video tracks that the client is subscribed to, oldest first
   * @returns what is different from before, or `null`
   */
  select(tracks: readonly Track[], speakerSid: string | null): { off: string[]; on: string[] } | null {
    this.#forgetAllBut(new Set(tracks.map(({ sid }) => sid)))
    const { speakerPriority = 'standard' } = this.profile
    const rankOf = (track: Track): number => {
      const own = RANK[this.#priorities.get(track.sid) ?? track.priority]
      return track.publisher.sid === speakerSid ? Math.max(own, RANK[speakerPriority]) + SPEAKER_BONUS : own
    }
    const candidates = tracks.filter(({ sid }) => !this.#hidden.has(sid)).sort((a, b) => rankOf(b) - rankOf(a))
    const chosen = new Set(candidates.slice(0, limitOf(this.profile)).map(({ sid }) => sid))

    const isSettled = (sid: string) => (this.#ages.get(sid) ?? 0) >= SETTLED_TICKS
    const off = new Set(tracks.map(({ sid }) => sid).filter((sid) => !chosen.has(sid) && isSettled(sid)))
    const changes = {
      off: [...off].filter((sid) => !this.#off.has(sid)),
      on: [...this.#off].filter((sid) => !off.has(sid)),
    }
    this.#off = off
    return changes.off.length + changes.on.length > 0 ? changes : null
  }

  /** Tracks never come back under a SID they had. */
  #forgetAllBut(trackSids: ReadonlySet<string>): void {
    for (const sid of this.#priorities.keys()) if (!trackSids.has(sid)) this.#priorities.delete(sid)
    for (const sid of this.#hidden) if (!trackSids.has(sid)) this.#hidden.delete(sid)
    for (const sid of this.#off) if (!trackSids.has(sid)) this.#off.delete(sid)
  }
}

/** How many tracks the limits leave room for: one at least. */
function limitOf({ maxTracks = 0, maxBitrate = 0 }: BandwidthProfile): number {
  const fitting = maxBitrate > 0 ? Math.max(1, Math.floor(maxBitrate / TRACK_BITRATE)) : Infinity
  return maxTracks > 0 ? Math.min(maxTracks, fitting) : fitting
}

/** The media pass the emulator by, so it cannot know what a track takes; a small picture makes do with this. */
const TRACK_BITRATE = 100_000
/** The SDK tells the app only of tracks that it has received already, which takes the browsers a moment. */
const SETTLED_TICKS = 4
/** Of two that count the same, the one who speaks goes first. */
const SPEAKER_BONUS = 0.5
