import type { SessionDescription } from './message.ts'
import { readSentTracks, withholdTracks } from './sent-tracks.ts'

/**
 * What one side of a pair has been told of the other's tracks.
 *
 * A browser tells its page of a track when a media line begins to send, and at no other time. The SDK gives a line to
 * another track as soon as its own is unpublished; if the other side has not heard in between that the line was free,
 * its page would never be told of the new track.
 */
export class HeardTracks {
  /** By the media line's `mid`, the id of the track on it. */
  #tracks = new Map<string, string>()

  /**
   * Takes a description that the other side made.
   * @returns what this side is to be told: the same description, or one in which the lines are free on which one track
   *   has followed another. Then the other side must describe itself again, for the new tracks to be heard of.
   */
  tell(description: SessionDescription): SessionDescription {
    const sent = readSentTracks(description.sdp)
    const replaced = new Set<string>()
    for (const [mid, track] of sent) if ((this.#tracks.get(mid) ?? track) !== track) replaced.add(mid)
    for (const mid of replaced) sent.delete(mid)
    this.#tracks = sent
    return replaced.size > 0 ? { ...description, sdp: withholdTracks(description.sdp, replaced) } : description
  }
}
