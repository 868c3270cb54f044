import { useDominantSpeaker } from '@roomkey/client/react'
import { useEffect, useMemo, useState } from 'react'
import type { Participant, Room } from 'twilio-video'

const EVERY_MS = 150
/** Root mean square of a voice that is meant to be heard; room noise after the browser's suppression is well below. */
const VOICE_LEVEL = 0.012
/** A mark that goes at every breath is restless. */
const LINGER_MS = 900

/**
 * Participant SIDs of those who speak now. The server's word counts where it gives one (the loudest alone); what
 * this browser hears tells the rest, so that the mark is there on servers that stay silent about it, too.
 */
export function useSpeakers(room: Room): ReadonlySet<string> {
  const dominant = useDominantSpeaker(room)
  const heard = useHeard(room)
  return useMemo(() => new Set(dominant === null ? heard : [...heard, dominant.sid]), [dominant, heard])
}

function useHeard(room: Room): readonly string[] {
  const [speaking, setSpeaking] = useState<readonly string[]>([])

  useEffect(() => {
    const ear = createEar()
    const lastHeard = new Map<string, number>()
    const timer = setInterval(() => {
      const now = performance.now()
      const tracks = new Map(
        [room.localParticipant, ...room.participants.values()].flatMap((participant) => soundOf(participant)),
      )
      for (const [track, sid] of tracks) if (ear.levelOf(track) > VOICE_LEVEL) lastHeard.set(sid, now)
      ear.keepOnly(tracks)
      const next = [...lastHeard].filter(([, at]) => now - at < LINGER_MS).map(([sid]) => sid)
      setSpeaking((shown) => (shown.join() === next.join() ? shown : next))
    }, EVERY_MS)
    return () => {
      clearInterval(timer)
      ear.close()
    }
  }, [room])

  return speaking
}

function soundOf(participant: Participant): [MediaStreamTrack, string][] {
  return [...participant.audioTracks.values()].flatMap(({ track, isTrackEnabled }) =>
    isTrackEnabled && track !== null && track.mediaStreamTrack.readyState === 'live'
      ? [[track.mediaStreamTrack, participant.sid] as [MediaStreamTrack, string]]
      : [],
  )
}

/** Listens to many tracks with one audio context: a context for each would be a thread for each. */
function createEar() {
  const context = new AudioContext()
  const analysers = new Map<MediaStreamTrack, { source: MediaStreamAudioSourceNode; analyser: AnalyserNode }>()
  const samples = new Float32Array(1024)

  return {
    levelOf(track: MediaStreamTrack): number {
      const { analyser } = analysers.get(track) ?? listen(track)
      analyser.getFloatTimeDomainData(samples)
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
    },
    keepOnly(tracks: ReadonlyMap<MediaStreamTrack, unknown>) {
      for (const [track, { source }] of analysers) {
        if (tracks.has(track)) continue
        source.disconnect()
        analysers.delete(track)
      }
    },
    close() {
      void context.close()
    },
  }

  function listen(track: MediaStreamTrack) {
    const analyser = context.createAnalyser()
    analyser.fftSize = samples.length
    const source = context.createMediaStreamSource(new MediaStream([track]))
    source.connect(analyser)
    const ear = { source, analyser }
    analysers.set(track, ear)
    return ear
  }
}
