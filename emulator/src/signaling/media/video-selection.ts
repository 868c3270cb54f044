import type { Track, TrackPriority } from '../../state/index.ts'

/** What a client asks for with the SDK's `bandwidthProfile`. */
export type BandwidthProfile = {
  /** Most video tracks at one time; nothing or 0 is no limit. */
  maxTracks?: number
  /** Most that all video may take, in bits per second; nothing or 0 is no limit. */
  maxBitrate?: number
  /** What the dominant speaker's video counts for at least. Default `standard`. */
  speakerPriority?: TrackPriority
  /** Whether tracks may be switched off for want of bandwidth. Default true. */
  maySwitchOff?: boolean
  /** Whether the more important videos get all they can use before the others get more than the least. Default false. */
  isGraded?: boolean
  /** The largest pictures of use, by priority. Default no limit. */
  renderDimensions?: Partial<Record<TrackPriority, Dimensions>>
}

export type Dimensions = { width: number; height: number }

/** A video track that a client is subscribed to, and what it can be had as, the smallest first. */
export type VideoOption = { track: Track; layers: readonly VideoLayer[] }

/** One encoding of a track. */
export type VideoLayer = { bitsPerSecond: number; dimensions: Dimensions | null }

/** Media that pass the emulator by: it cannot know what a track takes, and a small picture makes do with this. */
export const UNSEEN_LAYER: VideoLayer = { bitsPerSecond: 100_000, dimensions: null }

/** Who speaks, by participant SID: the dominant speaker, and whom nobody is louder than, the dominant speaker included. */
export type Speech = { dominantSid: string | null; loudestSids: ReadonlySet<string> }

export const SILENCE: Speech = { dominantSid: null, loudestSids: new Set() }

export type SwitchChanges = { off: string[]; on: string[] }

/**
 * Which of its video tracks one client gets, and of each how much: none of those that it hides, and of the others what
 * fits into the limits that it set, and into its network, the most important first.
 */
export class VideoSelection {
  profile: BandwidthProfile
  readonly #priorities = new Map<string, TrackPriority>()
  readonly #hidden = new Set<string>()
  readonly #renderDimensions = new Map<string, Dimensions>()
  /** For how many ticks each track has been received. */
  readonly #ages = new Map<string, number>()
  #off = new Set<string>()
  #layers = new Map<string, number>()

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

  /** How large the client shows a track. */
  resize(trackSid: string, dimensions: Dimensions): void {
    this.#renderDimensions.set(trackSid, dimensions)
  }

  /**
   * To be called about twice a second, with the tracks that the client receives: only those can be switched off, after a
   * while.
   */
  tick(tracks: readonly Track[]): void {
    for (const { sid } of tracks) this.#ages.set(sid, (this.#ages.get(sid) ?? 0) + 1)
  }

  /** The layer of a track that was selected last; `null` when it is switched off, `undefined` before it was decided. */
  layerOf(trackSid: string): number | null | undefined {
    return this.#off.has(trackSid) ? null : this.#layers.get(trackSid)
  }

  /** In which size a track is of use to the client; `undefined` when it did not say. */
  dimensionsOf(track: Track): Dimensions | undefined {
    const priority = this.#priorities.get(track.sid) ?? track.priority
    return this.#renderDimensions.get(track.sid) ?? this.profile.renderDimensions?.[priority]
  }

  /**
   * Decides anew.
   * @param options the video tracks that the client is subscribed to, oldest first
   * @param capacity what the client's network takes of video, in bits per second
   * @returns which tracks are switched otherwise than before, or `null`
   */
  select(options: readonly VideoOption[], speech: Speech, capacity = Infinity): SwitchChanges | null {
    this.#forgetAllBut(new Set(options.map(({ track }) => track.sid)))
    const ranked = options
      .filter(({ track }) => !this.#hidden.has(track.sid))
      .map((option) => ({ ...option, rank: this.#rankOf(option.track, speech) }))
      .sort((one, other) => compareRanks(other.rank, one.rank))
    const chosen = this.#choose(ranked, capacity)

    const isSwitchable = (sid: string) => this.#hidden.has(sid) || (this.#ages.get(sid) ?? 0) >= SETTLED_TICKS
    const off = new Set(options.map(({ track }) => track.sid).filter((sid) => !chosen.has(sid) && isSwitchable(sid)))
    this.#layers = new Map(
      options.filter(({ track }) => !off.has(track.sid)).map(({ track }) => [track.sid, chosen.get(track.sid) ?? 0]),
    )
    const changes = {
      off: [...off].filter((sid) => !this.#off.has(sid)),
      on: [...this.#off].filter((sid) => !off.has(sid)),
    }
    this.#off = off
    return changes.off.length + changes.on.length > 0 ? changes : null
  }

  /** Layers by track SID: first the smallest of as many as fit, then larger ones. */
  #choose(ranked: readonly VideoOption[], capacity: number): Map<string, number> {
    const { maxTracks = 0, maxBitrate = 0, maySwitchOff = true, isGraded = false } = this.profile
    const chosen = new Map<string, number>()
    let remaining = Math.min(capacity, maxBitrate > 0 ? maxBitrate : Infinity)
    const fitting: VideoOption[] = []
    for (const option of ranked.slice(0, maxTracks > 0 ? maxTracks : undefined)) {
      const { sid } = option.track
      // What is off comes back only when there is some room to spare.
      const needed = bitsOf(option, 0) * (this.#off.has(sid) ? 1.15 : 1)
      // A limit that the client set leaves it one track at least; its network may not take even that.
      const isKept = !maySwitchOff || (fitting.length === 0 && capacity >= needed / 2)
      if (!isKept && needed > remaining) continue
      remaining -= needed
      fitting.push(option)
      chosen.set(sid, 0)
    }
    /** Gives a track its next layer, if that is of use and fits. */
    const grow = (option: VideoOption): boolean => {
      const layer = (chosen.get(option.track.sid) ?? 0) + 1
      const more = bitsOf(option, layer) - bitsOf(option, layer - 1)
      if (layer > this.#largestOf(option) || more > remaining) return false
      remaining -= more
      chosen.set(option.track.sid, layer)
      return true
    }
    if (isGraded) for (const option of fitting) while (grow(option));
    else while (fitting.filter(grow).length > 0);
    return chosen
  }

  /** The smallest layer that fills the size in which the client shows a track. */
  #largestOf({ track, layers }: VideoOption): number {
    const wanted = this.dimensionsOf(track)
    if (wanted === undefined) return layers.length - 1
    const filling = layers.findIndex(({ dimensions }) => dimensions !== null && fills(dimensions, wanted))
    return filling === -1 ? layers.length - 1 : filling
  }

  /** By priority first, by who is the loudest second, as Twilio has it; among equals by the track's own priority. */
  #rankOf({ sid, priority, publisher }: Track, { dominantSid, loudestSids }: Speech): Rank {
    const own = PRIORITIES[this.#priorities.get(sid) ?? priority]
    const isDominant = publisher.sid === dominantSid
    const least = isDominant ? PRIORITIES[this.profile.speakerPriority ?? 'standard'] : 0
    return [Math.max(own, least), Number(loudestSids.has(publisher.sid)), own, Number(isDominant)]
  }

  /** Tracks never come back under a SID they had. */
  #forgetAllBut(trackSids: ReadonlySet<string>): void {
    for (const kept of [this.#priorities, this.#hidden, this.#off, this.#renderDimensions, this.#ages]) {
      for (const sid of kept.keys()) if (!trackSids.has(sid)) kept.delete(sid)
    }
  }
}

type Rank = readonly [priority: number, isLoudest: number, ownPriority: number, isDominant: number]

const PRIORITIES: Record<TrackPriority, number> = { low: 0, standard: 1, high: 2 }
/** The SDK tells the app only of tracks that it has received already, which takes the browsers a moment. */
const SETTLED_TICKS = 4
/** A picture that is a little smaller than its frame looks the same. */
const TOLERANCE = 0.9

function compareRanks(one: Rank, other: Rank): number {
  const index = one.findIndex((value, place) => value !== other[place])
  return (one[index] ?? 0) - (other[index] ?? 0)
}

function bitsOf({ layers }: VideoOption, layer: number): number {
  return layers[layer]?.bitsPerSecond ?? UNSEEN_LAYER.bitsPerSecond
}

function fills(dimensions: Dimensions, wanted: Dimensions): boolean {
  // A phone held upright shows the same picture turned.
  const [long, short] = [Math.max(wanted.width, wanted.height), Math.min(wanted.width, wanted.height)]
  const [width, height] = [Math.max(dimensions.width, dimensions.height), Math.min(dimensions.width, dimensions.height)]
  return width >= long * TOLERANCE || height >= short * TOLERANCE
}
