import { Toggle } from '../ui/toggle.tsx'
import { useMedia, type MediaScope } from './media-provider.tsx'

/** Microphone and camera, on and off. */
export function MediaToggles({ shortcuts = false, audioOnly = false }: MediaScope & { shortcuts?: boolean }) {
  const { camera, microphone, isCameraOn, isMicrophoneOn, toggleCamera, toggleMicrophone } = useMedia()
  return (
    <>
      <Toggle
        icon={isMicrophoneOn ? 'microphone' : 'microphone-off'}
        label={isMicrophoneOn ? 'Mute' : 'Unmute'}
        hint={shortcuts ? 'M' : undefined}
        off={!isMicrophoneOn}
        busy={microphone.status === 'starting'}
        onClick={toggleMicrophone}
      />
      {!audioOnly && (
        <Toggle
          icon={isCameraOn ? 'camera' : 'camera-off'}
          label={isCameraOn ? 'Stop camera' : 'Start camera'}
          hint={shortcuts ? 'V' : undefined}
          off={!isCameraOn}
          busy={camera.status === 'starting'}
          onClick={toggleCamera}
        />
      )}
    </>
  )
}
