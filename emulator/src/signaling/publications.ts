import { TwilioError } from '../errors.ts'
import { publishTrack, unpublishTrack, updateTrack, type Participant, type State, type Track } from '../state/index.ts'
import type { LocalParticipantState } from './message.ts'

type LocalTrack = LocalParticipantState['tracks'][number]

/** What one client publishes: its own track ids, and what became of each. */
export class Publications {
  readonly #state: State
  readonly #participant: Participant
  /** Track ids by track SID, of everyone in the room; the others identify the media by them. */
  readonly #trackIds: Map<string, string>
  readonly #outcomes = new Map<string, Track | TwilioError>()
  #clientRevision = 0
  #revision = 0

  constructor(state: State, participant: Participant, trackIds: Map<string, string>) {
    this.#state = state
    this.#participant = participant
    this.#trackIds = trackIds
  }

  /**
   * Applies a client's list of its tracks to the state, unless it is older than the last one.
   * @returns whether the client must be sent `published`
   */
  apply({ revision, tracks }: LocalParticipantState): boolean {
    if (revision <= this.#clientRevision) return false
    this.#clientRevision = revision
    const named = new Set(tracks.map(({ id }) => id))
    let changed = false
    // First of all, so that a name is free for the track that takes it over.
    for (const [id, outcome] of this.#outcomes) {
      if (named.has(id)) continue
      this.#outcomes.delete(id)
      if (!(outcome instanceof TwilioError)) this.#unpublish(outcome)
      changed = true
    }
    for (const track of tracks) {
      const outcome = this.#outcomes.get(track.id)
      if (outcome === undefined) {
        this.#outcomes.set(track.id, this.#publish(track))
        changed = true
      } else if (!(outcome instanceof TwilioError)) {
        updateTrack(this.#state, outcome, { enabled: track.enabled, priority: track.priority ?? undefined })
      }
    }
    return changed
  }

  /** The JSON text of `published`; each call makes a new revision. */
  format(): string {
    const tracks = Array.from(this.#outcomes, ([id, outcome]) =>
      outcome instanceof TwilioError
        ? { id, state: 'failed', error: { code: outcome.code, message: outcome.message } }
        : { id, state: 'ready', sid: outcome.sid },
    )
    return JSON.stringify({ revision: ++this.#revision, tracks })
  }

  #publish({ id, kind, name, enabled, priority }: LocalTrack): Track | TwilioError {
    try {
      const track = publishTrack(this.#state, this.#participant, {
        kind,
        name,
        enabled,
        priority: priority ?? undefined,
      })
      this.#trackIds.set(track.sid, id)
      return track
    } catch (error) {
      if (error instanceof TwilioError) return error
      throw error
    }
  }

  #unpublish(track: Track): void {
    this.#trackIds.delete(track.sid)
    unpublishTrack(this.#state, track)
  }
}
