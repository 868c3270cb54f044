import { useEffect, useState } from 'react'
import { createAudioLevelMeter } from './audio-level-meter.ts'

/** A voice is a tenth of full scale at most: stretched so that it fills a meter. */
const STRETCH = 5
/** Levels are rounded to this many steps, so that silence renders nothing. */
const STEPS = 20

/**
 * How loud a track is right now, 0 to 1, about 12 times a second; 0 without a track. For level meters, and to mark
 * who speaks where the server does not report it.
 */
export function useAudioLevel(track: MediaStreamTrack | null | undefined): number {
  const [level, setLevel] = useState(0)
  useEffect(() => {
    if (track == null || track.kind !== 'audio') return undefined
    const meter = createAudioLevelMeter()
    const timer = setInterval(
      () => setLevel(Math.round(Math.min(1, meter.levelOf(track) * STRETCH) * STEPS) / STEPS),
      80,
    )
    return () => {
      clearInterval(timer)
      setLevel(0)
      meter.close()
    }
  }, [track])
  return level
}
