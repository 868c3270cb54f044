import { useAudioLevel } from '@roomkey/client/react'
import { useMedia } from './media-provider.tsx'
import './microphone-level.css'

/** Shows that the microphone picks something up. */
export function MicrophoneLevel() {
  const { microphone, isMicrophoneOn } = useMedia()
  const level = useAudioLevel(isMicrophoneOn ? microphone.track : null)
  return (
    <meter className="microphone-level" aria-label="Microphone level" min={0} max={1} value={level}>
      {Math.round(level * 100)} %
    </meter>
  )
}
