import type { Participant, ParticipantStatus, Track } from '../state/index.ts'

/**
 * How others see a participant, as the JSON text of an entry of `participants`: written once, sent to everyone.
 * @param tracks those of a participant who has left, who no longer holds them: without them the SDK would report each
 *   as unpublished before it reports the departure
 * @param state as others are to see it
 */
export function formatParticipantView(
  participant: Participant,
  revision: number,
  tracks: Iterable<Track> = participant.tracks.values(),
  state: ParticipantStatus = participant.status,
): string {
  return JSON.stringify({
    sid: participant.sid,
    identity: participant.identity,
    revision,
    state,
    tracks: Array.from(tracks, ({ sid, kind, name, enabled, priority }) => ({ sid, kind, name, enabled, priority })),
  })
}
