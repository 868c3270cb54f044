import { useLocalMedia, type LocalMedia } from '@roomkey/client/react'
import { createContext, use, useMemo, useRef, type ReactNode } from 'react'

export type Media = LocalMedia & {
  isCameraOn: boolean
  /** Open and not muted. */
  isMicrophoneOn: boolean
  toggleCamera: () => void
  toggleMicrophone: () => void
  /** Turns on what the person has not turned off. */
  startWanted: () => void
}

const MediaContext = createContext<Media | null>(null)

/** One camera and one microphone for the whole page, so that the preview's picture goes on in the call. */
export function MediaProvider({ children }: { children: ReactNode }) {
  const local = useLocalMedia()
  const wanted = useRef({ camera: true, microphone: true })

  const media = useMemo<Media>(() => {
    const { camera, microphone } = local
    const isCameraOn = camera.status === 'on'
    const isMicrophoneOn = microphone.status === 'on' && microphone.isEnabled
    return {
      ...local,
      isCameraOn,
      isMicrophoneOn,
      toggleCamera() {
        wanted.current.camera = !isCameraOn
        // Off means off: the light goes out, and nothing is held that another program may want.
        if (isCameraOn) camera.stop()
        else void camera.start()
      },
      toggleMicrophone() {
        wanted.current.microphone = !isMicrophoneOn
        // Muting keeps the device open, so that nothing said right after unmuting is lost.
        microphone.setEnabled(!isMicrophoneOn)
        if (microphone.status !== 'on') void microphone.start()
      },
      startWanted() {
        if (wanted.current.camera && camera.status === 'off') void camera.start()
        if (wanted.current.microphone && microphone.status === 'off') void microphone.start()
      },
    }
  }, [local])
  return <MediaContext value={media}>{children}</MediaContext>
}

export function useMedia(): Media {
  const media = use(MediaContext)
  if (media === null) throw new Error('useMedia needs a <MediaProvider> above it')
  return media
}
