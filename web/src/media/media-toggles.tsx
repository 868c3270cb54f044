import { Toggle } from '../ui/toggle.tsx'
import { useMedia } from './media-provider.tsx'

/** Microphone and camera, on and off. */
export function MediaToggles({ shortcuts = false }: { shortcuts?: boolean }) {
  const { camera, microphone, toggleCamera, toggleMicrophone } = useMedia()
  const heard = microphone.status === 'on' && microphone.isEnabled
  const seen = camera.status === 'on'
  return (
    <>
      <Toggle
        icon={heard ? 'microphone' : 'microphone-off'}
        label={heard ? 'Mute' : 'Unmute'}
        hint={shortcuts ? 'M' : undefined}
        off={!heard}
        busy={microphone.status === 'starting'}
        onClick={toggleMicrophone}
      />
      <Toggle
        icon={seen ? 'camera' : 'camera-off'}
        label={seen ? 'Stop camera' : 'Start camera'}
        hint={shortcuts ? 'V' : undefined}
        off={!seen}
        busy={camera.status === 'starting'}
        onClick={toggleCamera}
      />
    </>
  )
}
