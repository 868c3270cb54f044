import type { SessionDescription } from './message.ts'
import { readSentTracks, withholdTracks } from './sent-tracks.ts'

/** In place of the id of a track that a page may not have been told of: any track on that line is another one. */
const UNKNOWN = ''

/**
 * What one side of a pair, the listener, has been told of the other's tracks, and whether its page can know of them.
 * Each media line carries a track of both, or of one of them.
 *
 * A browser tells its page of a track when a media line begins to bring it, and at no other time. So a page never hears
 * of a track
 * - that follows another without a pause: the SDK gives a line to the next track as soon as its own is unpublished, even
 *   if the other side has not heard in between that the line was free;
 * - that begins while the page takes its own track off the same line (`removeTrack`): Chromium forgets to tell it, if it
 *   is just applying the description that the track comes with.
 *
 * Either way a pause on that line helps: then the track begins anew.
 */
export class HeardTracks {
  /** By the media line's `mid`, the id of the track that it brings. */
  #tracks = new Map<string, string>()
  /** Lines that begin with a description that the listener may still be applying, and the type of that. */
  #begun = new Map<string, 'offer' | 'answer'>()
  /** What the listener sends itself, by line, as it last said. */
  #own = new Map<string, string>()
  #said = ''

  /**
   * Takes a description that the other side made.
   * @returns what the listener is to be told: the same description, or one in which some lines pause. Then the other
   *   side must describe itself again, for the tracks on them to begin.
   */
  tell(description: SessionDescription): SessionDescription {
    const sent = readSentTracks(description.sdp)
    const paused = new Set<string>()
    for (const [mid, track] of sent) if ((this.#tracks.get(mid) ?? track) !== track) paused.add(mid)
    for (const mid of paused) sent.delete(mid)
    for (const mid of this.#begun.keys()) if (!sent.has(mid)) this.#begun.delete(mid)
    for (const mid of sent.keys()) if (!this.#tracks.has(mid)) this.#begun.set(mid, description.type)
    this.#tracks = sent
    return paused.size > 0 ? { ...description, sdp: withholdTracks(description.sdp, paused) } : description
  }

  /**
   * Takes a description that the listener made.
   * @returns whether its page may have missed a track. Then the other side must describe itself.
   */
  say({ type, sdp }: SessionDescription): boolean {
    // What it repeats on a new socket, it may have said before it heard anything.
    if (sdp === this.#said) return false
    const before = this.#own
    this.#said = sdp
    this.#own = readSentTracks(sdp)
    let isMissed = false
    for (const [mid, begunWith] of this.#begun) {
      // It may have offered before it heard of the other's offer; its answer to that comes after.
      if (begunWith === 'offer' && type === 'offer') continue
      this.#begun.delete(mid)
      if (!before.has(mid) || before.get(mid) === this.#own.get(mid)) continue
      this.#tracks.set(mid, UNKNOWN)
      isMissed = true
    }
    return isMissed
  }
}
