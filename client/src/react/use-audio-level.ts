import { useEffect, useState } from 'react'

/**
 * How loud a track is right now, 0 to 1, about 12 times a second; 0 without a track. For level meters, and to mark
 * who speaks where the server does not tell.
 */
export function useAudioLevel(track: MediaStreamTrack | null | undefined): number {
  const [level, setLevel] = useState(0)
  useEffect(() => {
    if (track == null || track.kind !== 'audio' || typeof AudioContext === 'undefined') return undefined
    const context = new AudioContext()
    const analyser = context.createAnalyser()
    analyser.fftSize = 512
    context.createMediaStreamSource(new MediaStream([track])).connect(analyser)
    // Browsers let a page make and hear sound only after a person has touched it.
    const resume = () => void context.resume()
    addEventListener('pointerdown', resume)
    addEventListener('keydown', resume)
    const samples = new Float32Array(analyser.fftSize)
    const timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples)
      const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length
      // Speech is a tenth of full scale at most: the root mean square is stretched so that a voice fills the meter.
      setLevel(Math.round(Math.min(1, Math.sqrt(power) * 5) * 20) / 20)
    }, 80)
    return () => {
      removeEventListener('pointerdown', resume)
      removeEventListener('keydown', resume)
      clearInterval(timer)
      setLevel(0)
      void context.close()
    }
  }, [track])
  return level
}
