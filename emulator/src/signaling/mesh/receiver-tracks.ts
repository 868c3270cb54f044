import type { SessionDescription } from '../message.ts'
import { readOwnTracks, readSenderTracks, withholdTracks } from './sender-tracks.ts'

/** Stands for a track that the receiver's page may have missed: whatever track comes next on that line is another. */
const MISSED = ''

/**
 * The tracks that one side of a pair, the receiver, has been offered, and whether its page can know of them. Each media
 * line carries a track of both sides, or of one of them.
 *
 * A browser fires its `track` event when a media line begins to send, and at no other time. So a page misses a track
 * - that replaces another without a pause: the SDK gives a line to its next track as soon as the first is unpublished,
 *   even if no description has yet said that the line is free;
 * - that begins while the page takes its own track off the same line (`removeTrack`): Chromium drops the event if it is
 *   just applying the description that the track comes with.
 *
 * Either way a pause on that line helps: the track then begins anew.
 */
export class ReceiverTracks {
  /** Track ids by the `mid` of the media line that carries them. */
  #tracks = new Map<string, string>()
  /** Lines that began with a description that the receiver may still be applying, and that description. */
  #begun = new Map<string, SessionDescription>()
  /** What the receiver has on its lines itself, by its last description. */
  #own = new Map<string, string>()
  #localSdp = ''

  /**
   * Takes a description that the other side made.
   * @returns the description to relay: the same one, or one in which some lines pause. Then the other side must describe
   *   itself again, for the tracks on them to begin.
   */
  applyRemote(description: SessionDescription): SessionDescription {
    const sent = readSenderTracks(description.sdp)
    const paused = new Set<string>()
    for (const [mid, track] of sent) if ((this.#tracks.get(mid) ?? track) !== track) paused.add(mid)
    for (const mid of paused) sent.delete(mid)
    for (const mid of this.#begun.keys()) if (!sent.has(mid)) this.#begun.delete(mid)
    for (const mid of sent.keys()) if (!this.#tracks.has(mid)) this.#begun.set(mid, description)
    this.#tracks = sent
    return paused.size > 0 ? { ...description, sdp: withholdTracks(description.sdp, paused) } : description
  }

  /**
   * Takes a description that the receiver made.
   * @returns whether its page may have missed a track. Then the other side must describe itself again.
   */
  applyLocal(description: SessionDescription): boolean {
    const { type, revision, sdp } = description
    // A description repeated on a new socket may be older than the other side's last.
    if (sdp === this.#localSdp) return false
    const before = this.#own
    this.#localSdp = sdp
    this.#own = readOwnTracks(description)
    let isMissed = false
    for (const [mid, begunWith] of this.#begun) {
      // An offer may have been made before the other side's offer arrived; the answer to that comes after. One of a
      // later revision was made after an answer that was lost.
      if (begunWith.type === 'offer' && type === 'offer' && revision <= begunWith.revision) continue
      this.#begun.delete(mid)
      if (!before.has(mid) || before.get(mid) === this.#own.get(mid)) continue
      this.#tracks.set(mid, MISSED)
      isMissed = true
    }
    return isMissed
  }
}
