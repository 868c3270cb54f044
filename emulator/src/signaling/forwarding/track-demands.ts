import type { Dimensions } from '../media/video-selection.ts'
import { LayerDemand } from './layer-demand.ts'

/** What one member gets of another's video track: the layer, and in which size that is shown, if it said. */
export type VideoUse = { layer: number | null; dimensions: Dimensions | undefined }

/** A video track that arrives from its publisher, `arrived` of its layers so far, and what others get of it. */
export type PublishedVideo = { sid: string; layers: number; arrived: number; uses: readonly VideoUse[] }

/** What arrives from one publisher. */
export type Published = { videos: readonly PublishedVideo[]; hasSound: boolean }

export type Demands = {
  /** Which layers of a track are to be sent, where that has changed. */
  hints: { sid: string; enabled: boolean[] }[]
  /** The most that the publisher may send, in bits per second; `null` is as much as its network takes. */
  limit: number | null
}

/** What all of a client's sound may take. */
const SOUND_BITRATE = 150_000
/** What the smallest picture takes, and one that nobody looks at: from less it would take long to get good again. */
const SMALLEST_BITRATE = 120_000
const BITS_PER_PIXEL = 2

/** How much of one publisher's video is of use to anyone. */
export class TrackDemands {
  readonly #layers = new Map<string, LayerDemand>()

  /** @param canHint whether the publisher takes hints on layers; without them, its bitrate alone can be limited */
  update({ videos, hasSound }: Published, canHint: boolean, nowMs: number): Demands {
    const published = new Set(videos.map(({ sid }) => sid))
    for (const sid of this.#layers.keys()) if (!published.has(sid)) this.#layers.delete(sid)
    const hints: Demands['hints'] = []
    let limit = videos.length > 0 ? (hasSound ? SOUND_BITRATE : 0) : null
    for (const { sid, layers, arrived, uses } of videos) {
      const demand = this.#layers.get(sid) ?? new LayerDemand(nowMs)
      this.#layers.set(sid, demand)
      const used = uses.filter(({ layer }) => layer !== null)
      if (layers > 1 && canHint) {
        const needed = Math.max(-1, ...used.map(({ layer }) => layer ?? -1))
        const enabled = demand.update(needed, layers, arrived, nowMs)
        if (enabled) hints.push({ sid, enabled })
        limit = null
      } else if (limit !== null) {
        const needed = demand.isWarm(nowMs) ? bitrateFor(used) : null
        limit = needed === null ? null : limit + needed
      }
    }
    return { hints, limit }
  }

  /** The publisher has reset the layers of a track. */
  reset(sid: string): void {
    this.#layers.get(sid)?.reset()
  }
}

/** What a track in one layer may take for those who get it; `null` is as much as it likes. */
function bitrateFor(uses: readonly VideoUse[]): number | null {
  let mostPixels = 0
  for (const { dimensions } of uses) {
    if (dimensions === undefined) return null
    mostPixels = Math.max(mostPixels, dimensions.width * dimensions.height)
  }
  return SMALLEST_BITRATE + mostPixels * BITS_PER_PIXEL
}
