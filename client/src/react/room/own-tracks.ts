import type { LocalTrackPublication, Room } from 'twilio-video'
import { isScreenTrack } from '../devices/local-device.ts'

/** The track name of a shared screen: how the others know it from a camera. */
export const SCREEN_TRACK_NAME = 'screen'

/**
 * Keeps the publications of a connected room in step with a list of the browser's tracks: publishes what is new,
 * unpublishes what is gone, tells the others what is muted. What the app publishes by itself stays as it is.
 */
export function followTracks(
  room: Room,
  onError: (error: Error) => void,
): (tracks: readonly MediaStreamTrack[]) => void {
  let wanted: readonly MediaStreamTrack[] = []
  /** What was published, and whether as enabled or as muted; `null` while that is not known. */
  const ours = new Map<MediaStreamTrack, boolean | null>()

  return (tracks) => {
    wanted = tracks
    for (const track of ours.keys()) {
      if (wanted.includes(track)) continue
      ours.delete(track)
      room.localParticipant.unpublishTrack(track)
    }
    for (const track of wanted) {
      const publication = findPublication(track)
      if (publication !== undefined) mirrorEnabled(publication, track)
      else if (!ours.has(track)) void publish(track)
    }
  }

  async function publish(track: MediaStreamTrack) {
    ours.set(track, null)
    try {
      // One that was given to `connect` is on its way already: the SDK then returns that publication.
      const options = isScreenTrack(track) ? { name: SCREEN_TRACK_NAME } : undefined
      const publication = await room.localParticipant.publishTrack(track, options)
      if (wanted.includes(track)) mirrorEnabled(publication, track)
      else room.localParticipant.unpublishTrack(track)
    } catch (error) {
      ours.delete(track)
      if (room.state !== 'disconnected' && wanted.includes(track)) onError(error as Error)
    }
  }

  function findPublication(track: MediaStreamTrack): LocalTrackPublication | undefined {
    return [...room.localParticipant.tracks.values()].find(
      (publication) => publication.track.kind !== 'data' && publication.track.mediaStreamTrack === track,
    )
  }

  /**
   * Reports to the others that a browser's track was muted or unmuted, also while the room was being joined. The SDK
   * reports only a change of the track's own flag, which has changed already, so the flag is set back for an instant.
   * That is not audible: what the SDK sends is a clone.
   */
  function mirrorEnabled(publication: LocalTrackPublication, track: MediaStreamTrack) {
    if (publication.track.kind === 'data' || ours.get(track) === track.enabled) return
    const { enabled } = track
    ours.set(track, enabled)
    track.enabled = !enabled
    publication.track.enable(enabled)
  }
}
