import { useLocalMedia, type LocalMedia } from '@roomkey/client/react'
import { createContext, use, useEffect, useMemo, type ReactNode } from 'react'
import { browserStorage } from '../local-storage.ts'

export type Media = LocalMedia & {
  isCameraOn: boolean
  /** Open and not muted. */
  isMicrophoneOn: boolean
  toggleCamera: () => void
  toggleMicrophone: () => void
  /** Turns on what the person has not turned off, at this visit or the last. */
  startWanted: (options?: MediaScope) => void
  /** Turns on everything. */
  startAll: (options?: MediaScope) => void
}

export type MediaScope = {
  /** The room takes no picture. */
  audioOnly?: boolean
}

const MediaContext = createContext<Media | null>(null)

/** One camera and one microphone for the whole page, so that the preview's picture goes on in the call. */
export function MediaProvider({ children }: { children: ReactNode }) {
  const local = useLocalMedia()

  const media = useMemo<Media>(() => {
    const { camera, microphone } = local
    const isCameraOn = camera.status === 'on'
    const isMicrophoneOn = microphone.status === 'on' && microphone.isEnabled
    const startWanted = ({ audioOnly = false }: MediaScope = {}) => {
      if (!audioOnly && isWanted('camera') && camera.status === 'off') void camera.start()
      if (isWanted('microphone') && microphone.status === 'off') void microphone.start()
    }
    return {
      ...local,
      isCameraOn,
      isMicrophoneOn,
      startWanted,
      toggleCamera() {
        setWanted('camera', !isCameraOn)
        // Off means off: the light goes out, and nothing is held that another program may want.
        if (isCameraOn) camera.stop()
        else void camera.start()
      },
      toggleMicrophone() {
        setWanted('microphone', !isMicrophoneOn)
        // Muting keeps the device open, so that nothing said right after unmuting is lost.
        microphone.setEnabled(!isMicrophoneOn)
        if (microphone.status !== 'on') void microphone.start()
      },
      startAll(scope = {}) {
        if (scope.audioOnly !== true) setWanted('camera', true)
        setWanted('microphone', true)
        microphone.setEnabled(true)
        startWanted(scope)
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

/** The media for a room, without a camera in one that takes no picture. */
export function useMediaFor({ audioOnly = false }: MediaScope): Media {
  const media = useMedia()
  const { camera, tracks } = media
  const isUnwelcome = audioOnly && camera.status !== 'off'
  useEffect(() => {
    if (isUnwelcome) camera.stop()
  }, [isUnwelcome, camera])
  return useMemo(
    () => (audioOnly ? { ...media, tracks: tracks.filter(({ kind }) => kind === 'audio') } : media),
    [audioOnly, media, tracks],
  )
}

function isWanted(device: 'camera' | 'microphone'): boolean {
  return browserStorage.getItem(`roomkey.${device}-off`) === null
}

function setWanted(device: 'camera' | 'microphone', wanted: boolean): void {
  if (wanted) browserStorage.removeItem(`roomkey.${device}-off`)
  else browserStorage.setItem(`roomkey.${device}-off`, 'true')
}
