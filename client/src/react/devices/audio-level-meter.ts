/** Measures how loud tracks are, from outside of React: see `createAudioLevelMeter`. */
export type AudioLevelMeter = {
  /**
   * How loud an audio track is now: the root mean square of its latest 20 ms, 0 to 1. Listens to the track from the
   * first call on. Always 0 where the browser has no Web Audio.
   */
  levelOf(track: MediaStreamTrack): number
  /** Stops listening to every other track. */
  keepOnly(tracks: Iterable<MediaStreamTrack>): void
  /** Stops listening to all of them, and frees the audio device. */
  close(): void
}

/** A meter for any number of tracks. They share one audio context, because each context costs a thread. */
export function createAudioLevelMeter(): AudioLevelMeter {
  const context = typeof AudioContext === 'undefined' ? null : new AudioContext()
  const listeners = new Map<MediaStreamTrack, { source: MediaStreamAudioSourceNode; analyser: AnalyserNode }>()
  const samples = new Float32Array(1024)
  // Browsers let a page use sound only after the person has touched it.
  const resume = () => void context?.resume()
  addEventListener('pointerdown', resume)
  addEventListener('keydown', resume)

  return {
    levelOf(track) {
      if (context === null) return 0
      const { analyser } = listeners.get(track) ?? listen(context, track)
      analyser.getFloatTimeDomainData(samples)
      return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length)
    },
    keepOnly(tracks) {
      const kept = new Set(tracks)
      for (const [track, { source }] of listeners) {
        if (kept.has(track)) continue
        source.disconnect()
        listeners.delete(track)
      }
    },
    close() {
      removeEventListener('pointerdown', resume)
      removeEventListener('keydown', resume)
      listeners.clear()
      void context?.close()
    },
  }

  function listen(audio: AudioContext, track: MediaStreamTrack) {
    const analyser = audio.createAnalyser()
    analyser.fftSize = samples.length
    const source = audio.createMediaStreamSource(new MediaStream([track]))
    source.connect(analyser)
    const listener = { source, analyser }
    listeners.set(track, listener)
    return listener
  }
}
