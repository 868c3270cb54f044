import { createAudioLevelMeter, useDominantSpeaker } from '@roomkey/client/react'
import { useEffect, useMemo, useState } from 'react'
import type { Participant, Room } from 'twilio-video'

const INTERVAL_MS = 150
/** Root mean square of a voice; room noise after the browser's suppression is well below. */
const VOICE_LEVEL = 0.012
/** A mark that went at every breath would flicker. */
const LINGER_MS = 900

/**
 * Participant SIDs of those who speak now: the dominant speaker, where the server reports one, and everyone whose
 * voice this browser receives, so that the mark is there on servers that report none.
 */
export function useSpeakers(room: Room): ReadonlySet<string> {
  const dominant = useDominantSpeaker(room)
  const audible = useAudible(room)
  return useMemo(() => new Set(dominant === null ? audible : [...audible, dominant.sid]), [dominant, audible])
}

function useAudible(room: Room): readonly string[] {
  const [audible, setAudible] = useState<readonly string[]>([])

  useEffect(() => {
    const meter = createAudioLevelMeter()
    const lastAudible = new Map<string, number>()
    const timer = setInterval(() => {
      const now = performance.now()
      const tracks = new Map(
        [room.localParticipant, ...room.participants.values()].flatMap((participant) => audioOf(participant)),
      )
      for (const [track, sid] of tracks) if (meter.levelOf(track) > VOICE_LEVEL) lastAudible.set(sid, now)
      meter.keepOnly(tracks.keys())
      const next = [...lastAudible].filter(([, at]) => now - at < LINGER_MS).map(([sid]) => sid)
      setAudible((shown) => (shown.join() === next.join() ? shown : next))
    }, INTERVAL_MS)
    return () => {
      clearInterval(timer)
      meter.close()
    }
  }, [room])

  return audible
}

/** A participant's live audio tracks, each with the participant's SID. */
function audioOf(participant: Participant): [MediaStreamTrack, string][] {
  return [...participant.audioTracks.values()].flatMap(({ track, isTrackEnabled }) =>
    isTrackEnabled && track !== null && track.mediaStreamTrack.readyState === 'live'
      ? [[track.mediaStreamTrack, participant.sid] as [MediaStreamTrack, string]]
      : [],
  )
}
