import { useAudioLevel } from '@roomkey/client/react'
import { useMedia } from './media-provider.tsx'
import './level-meter.css'

/** Shows that the microphone hears something. */
export function LevelMeter() {
  const { microphone } = useMedia()
  const heard = microphone.status === 'on' && microphone.isEnabled
  const level = useAudioLevel(heard ? microphone.track : null)
  return (
    <meter className="level-meter" aria-label="Microphone level" min={0} max={1} value={level}>
      {Math.round(level * 100)} %
    </meter>
  )
}
