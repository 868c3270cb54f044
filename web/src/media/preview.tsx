import { useTrack } from '@roomkey/client/react'
import { useEffect, useRef, type ReactNode } from 'react'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { DeviceNotices } from './device-notices.tsx'
import { DeviceSelects } from './device-selects.tsx'
import { useMedia } from './media-provider.tsx'
import { MediaToggles } from './media-toggles.tsx'
import './preview.css'

/** What others will see and hear. It asks for a device by itself only if the person has allowed it before. */
export function Preview({ children }: { children?: ReactNode }) {
  const media = useMedia()
  const { camera, microphone } = media
  const { attach } = useTrack(camera.track)
  useStartWhenAllowed()
  const untouched = camera.status === 'off' && microphone.status === 'off' && camera.permission !== 'denied'

  return (
    <div className="preview">
      <div className="preview-picture">
        {camera.status === 'on' ? (
          <video className="preview-video" ref={attach} autoPlay playsInline muted aria-label="Your camera, mirrored" />
        ) : (
          <div className="preview-off">
            <Icon name="camera-off" />
            <p>{camera.status === 'starting' ? 'Starting your camera …' : 'Your camera is off'}</p>
            {untouched && camera.permission !== 'granted' && (
              <Button look="primary" onClick={media.startWanted}>
                Turn on camera and microphone
              </Button>
            )}
          </div>
        )}
        <div className="preview-toggles">
          <MediaToggles />
        </div>
      </div>
      <DeviceNotices />
      {children}
      <DeviceSelects />
    </div>
  )
}

/** Who has said yes before does not want to be asked for a press each time. */
function useStartWhenAllowed(): void {
  const { camera, microphone, startWanted } = useMedia()
  const started = useRef(false)
  const allowed = camera.permission === 'granted' && microphone.permission === 'granted'
  useEffect(() => {
    if (!allowed || started.current) return
    started.current = true
    startWanted()
  }, [allowed, startWanted])
}
