import { useLocalMedia, type LocalMedia } from '@roomkey/client/react'
import { createContext, use, useMemo, useRef, type ReactNode } from 'react'

export type Media = LocalMedia & {
  toggleCamera: () => void
  toggleMicrophone: () => void
  /** Turns on what the person has not turned off: at the mirror, and again at the door. */
  startWanted: () => void
}

const MediaContext = createContext<Media | null>(null)

/** One camera and one microphone for the whole page, so that the picture goes from the mirror into the call. */
export function MediaProvider({ children }: { children: ReactNode }) {
  const local = useLocalMedia()
  const wanted = useRef({ camera: true, microphone: true })

  const media = useMemo<Media>(() => {
    const { camera, microphone } = local
    return {
      ...local,
      toggleCamera() {
        wanted.current.camera = camera.status !== 'on'
        // Off means off: the light goes out, and nothing is held that another program may want.
        if (camera.status === 'on') camera.stop()
        else void camera.start()
      },
      toggleMicrophone() {
        const isHeard = microphone.status === 'on' && microphone.isEnabled
        wanted.current.microphone = !isHeard
        // Muting keeps the device open, so that the first word after unmuting is not lost.
        microphone.setEnabled(!isHeard)
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
